/** Everything CI runs, in CI's order; the last line adds up the tests and, as one check each, lint and size. */
import { spawn } from 'node:child_process';

const tests = await npm('test');
const counted = /^(\d+) passed, (\d+) failed/m.exec(tests.lastLine) ?? [];
const rows = [
  { name: 'tests', passed: Number(counted[1] ?? 0), failed: Number(counted[2] ?? 1) },
  await check('lint'),
  await check('size'),
];

console.log();
for (const { name, passed, failed } of rows) console.log(`${name}: ${passed} passed, ${failed} failed`);
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 || tests.code !== 0 ? 1 : 0;

async function check(script) {
  const { code } = await npm('run', script);
  return { name: `${script} (one check)`, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** Runs an npm script, shows what it prints, and keeps the last line. */
function npm(...args) {
  console.log(`\n$ npm ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' });
    let tail = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      tail = (tail + chunk).slice(-1000);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, lastLine: tail.trimEnd().split('\n').at(-1) ?? '' }));
  });
}
