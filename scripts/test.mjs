/**
 * Runs the test suites one after the other and ends with the sum of what their runners counted:
 * `node scripts/test.mjs [suite…] [part of a file name…]`. Fails when a test fails or when a suite runs nothing.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findFirefox } from './browsers.mjs';
import { buildIfChanged } from './build.mjs';
import { ensureChromium, NO_CHROMIUM } from './ensure-browser.mjs';
import { runNode } from './run.mjs';
import { hasSipPrograms } from './sip-programs.mjs';

/** In the order they are run: quick ones first. `seconds` is the time limit of the whole suite. */
const SUITES = {
  unit: { seconds: 120, run: nodeTests({ concurrency: 2 }) },
  // They wait more than they do.
  server: { seconds: 240, run: nodeTests({ concurrency: 3 }) },
  elements: { seconds: 300, run: elementTests, build: true, browser: true },
  package: { seconds: 240, run: nodeTests({ concurrency: 2 }), build: true, browser: true },
  e2e: { seconds: 600, run: waitingOnesBeside(nodeTests({ concurrency: 1 })), build: true, browser: true },
};

/**
 * Files of tests that wait more than they do, for time limits, cut networks or phones that ring, and others until both
 * lanes are about as long: they are run beside the others. Each lane runs one after the other.
 */
const WAITING = [
  'calls.test.ts',
  'events-page.test.ts',
  'interruptions.test.ts',
  'leave.test.ts',
  'provider.test.ts',
  'room-channel.test.ts',
  'sample.test.ts',
  'screen.test.ts',
  'time-limits.test.ts',
];

/** What tests need that not every machine has, by a part of their file's name. */
const NEEDS = {
  firefox: { what: 'Firefox is', isThere: () => Boolean(findFirefox()) },
  'sip-programs': { what: 'baresip and SIPp are', isThere: hasSipPrograms },
};

const temporary = mkdtempSync(join(tmpdir(), 'video-room-test-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

const words = process.argv.slice(2);
const named = words.filter((word) => word in SUITES);
const filters = words.filter((word) => !(word in SUITES));
const chosen = named.length > 0 ? named : Object.keys(SUITES);
// Asked for some files, the suites without such a file have nothing to do.
await main(filters.length > 0 ? chosen.filter((name) => testFiles(name).length > 0) : chosen);

async function main(names) {
  if (names.some((name) => SUITES[name].browser)) {
    const chromium = ensureChromium();
    if (!chromium) return giveUp(NO_CHROMIUM);
    process.env.CHROME_PATH = chromium;
  }
  if (names.some((name) => SUITES[name].build) && !(await buildIfChanged())) return giveUp('The build failed.');

  const rows = [];
  for (const name of names) rows.push({ name, ...(await runSuite(name)) });
  console.log();
  for (const { name, counts, seconds, complaint } of rows) {
    console.log(`${name.padEnd(9)} ${seconds.padStart(6)} s  ${summary(counts)}${complaint ? `  (${complaint})` : ''}`);
  }
  const total = sumOf(rows.map(({ counts }) => counts));
  console.log(summary(total));
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** Runs one suite. A run that went wrong although no test failed, or that ran no test, counts as one failure. */
async function runSuite(name) {
  console.log(`\n— ${name} —`);
  const started = performance.now();
  const countFile = join(temporary, `${name}.json`);
  const files = testFiles(name);
  const code = files.length > 0 ? await SUITES[name].run(files, countFile, SUITES[name].seconds) : 0;
  const counts = sumOf([countFile, beside(countFile)].map(readCounts));
  const complaint = complain(code, counts);
  if (complaint) counts.failed++;
  return { counts, complaint, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

/** What the runner's reporter wrote; nothing where the runner was stopped before its end. */
function readCounts(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text ? JSON.parse(text) : { passed: 0, failed: 0, skipped: 0 };
}

function complain(code, { passed, failed }) {
  if (failed > 0) return undefined;
  if (code !== 0) return 'the runner failed';
  return passed === 0 ? 'ran no test' : undefined;
}

/** The suite's test files, but for those that need a program which is not installed. */
function testFiles(name) {
  const folder = join('test', name);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true })
    .map((file) => join(folder, file))
    .filter(
      (file) => file.endsWith('.test.ts') && (filters.length === 0 || filters.some((part) => file.includes(part))),
    )
    .sort();
  return files.filter((file) => {
    const [part, need] = Object.entries(NEEDS).find(([part]) => file.includes(part)) ?? [];
    if (!need || need.isThere()) return true;
    console.log(`${need.what} not installed: ${part} not run.`);
    return false;
  });
}

function nodeTests({ concurrency }) {
  return (files, countFile, seconds) =>
    runNode(
      [
        ...['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, `--test-timeout=${seconds * 1000}`],
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...[
          `--test-reporter=${new URL('count-node.mjs', import.meta.url)}`,
          `--test-reporter-destination=${countFile}`,
        ],
        ...files,
      ],
      { seconds: seconds + 10 },
    );
}

function waitingOnesBeside(run) {
  return async (files, countFile, seconds) => {
    const isWaiting = (file) => WAITING.includes(basename(file));
    const groups = [
      [files.filter((file) => !isWaiting(file)), countFile],
      [files.filter(isWaiting), beside(countFile)],
    ].filter(([group]) => group.length > 0);
    return Math.max(...(await Promise.all(groups.map(([group, counts]) => run(group, counts, seconds)))));
  };
}

function beside(countFile) {
  return `${countFile}.beside`;
}

function sumOf(counts) {
  const sum = (key) => counts.reduce((total, each) => total + each[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function elementTests(files, countFile, seconds) {
  const cli = join('node_modules', '@web', 'test-runner', 'dist', 'bin.js');
  return runNode([cli, '--files', ...files], { seconds, env: { TEST_COUNTS: countFile } });
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function giveUp(sentence) {
  console.error(sentence);
  console.log(summary({ passed: 0, failed: 1, skipped: 0 }));
  process.exitCode = 1;
}
