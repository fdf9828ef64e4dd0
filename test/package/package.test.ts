/** The package as others get it: packed, installed into an empty project, checked, bundled, type-checked. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { rollup } from 'rollup';
import ts from 'typescript';

interface Manifest {
  readonly exports: Record<string, string | Record<string, string> | null>;
  readonly dependencies: Record<string, string>;
}

const run = promisify(execFile);
const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, shell: process.platform === 'win32' });
/** Runs one of the repository's own tools. */
const tool = (file: string, ...args: string[]) => run(process.execPath, [resolve('node_modules', file), ...args]);

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const project = await mkdtemp(join(tmpdir(), 'video-room-consumer-'));
const installed = join(project, 'node_modules', 'video-room-elements');
let tarball = '';

before(async () => {
  await npm('.', 'pack', '--ignore-scripts', '--pack-destination', project);
  tarball = join(project, (await readdir(project)).find((file) => file.endsWith('.tgz')) ?? '');
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await npm(project, 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund');
});

after(() => rm(project, { recursive: true, force: true }));

test('publint finds nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test('types resolve for every way of importing ES modules', async () => {
  await tool('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only', '--no-emoji');
});

test('only the built files are packed', async () => {
  const files = await filesIn(installed);
  const unexpected = files.filter((file) => !/^(dist\/.+|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(file));
  assert.deepEqual(unexpected, []);
  assert.deepEqual(
    files.filter((file) => file.includes('/.')),
    [],
  );
});

test('every export leads to a file', async () => {
  const files = await filesIn(installed);
  const targets = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry ?? {}),
  );
  for (const target of targets) {
    const [before = '', after] = target.replace('./', '').split('*');
    const matches = files.filter((file) =>
      after === undefined ? file === before : file.startsWith(before) && file.endsWith(after),
    );
    assert.ok(matches.length > 0, `${target} leads nowhere`);
  }
});

test('installing it brings Lit, the texts and the rules of telephone numbers, and no server, no SDK, no icon set', async () => {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as { packages: object };
  const names = Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, ''));
  const allowed =
    /^(|video-room-elements|lit|lit-html|lit-element|@lit\/.+|@lit-labs\/ssr-dom-shim|@shoelace-style\/localize|libphonenumber-js|@types\/trusted-types)$/;
  assert.deepEqual(
    names.filter((name) => !allowed.test(name)),
    [],
  );
});

test('built modules and their types import declared dependencies only', async () => {
  const dependencies = Object.keys(manifest.dependencies);
  for (const file of await filesIn(installed)) {
    if (!/^dist\/(?!cdn\/).*\.(js|d\.ts)$/.test(file)) continue;
    for (const specifier of importsOf(await readFile(join(installed, file), 'utf8'))) {
      const declared = specifier.startsWith('.') || dependencies.some((name) => `${specifier}/`.startsWith(`${name}/`));
      assert.ok(declared, `${file} imports ${specifier}`);
    }
  }
});

test('a bundler keeps the registrations and the texts of a bare import', async () => {
  const { code } = await bundle(`import 'video-room-elements';`);
  for (const tag of await tagNames()) assert.match(code, new RegExp(`["'\`]${tag}["'\`]`), `${tag} is lost`);
  assert.match(code, /customElements\.define\(/);
  assert.match(code, /Mute microphone/);
});

test('the room alone brings no Lit and no element', async () => {
  const { modules } = await bundle(`import { createRoom } from 'video-room-elements/room'; createRoom();`);
  assert.deepEqual(
    modules.filter((id) => /node_modules\/(@?lit|@shoelace)|dist\/(elements|internal)\//.test(id)),
    [],
  );
});

test('an element class alone registers nothing', async () => {
  const { code } = await bundle(
    `import { MicButton } from 'video-room-elements/elements/mic-button.js'; console.log(MicButton);`,
  );
  assert.doesNotMatch(code, /customElements\.define\(/);
});

for (const moduleResolution of ['nodenext', 'bundler']) {
  test(`a consumer type-checks with its libraries, moduleResolution ${moduleResolution}`, async () => {
    await writeFile(join(project, 'consumer.ts'), CONSUMER);
    const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext';
    const options = {
      module,
      moduleResolution,
      target: 'es2022',
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
    );
    await tool('typescript/bin/tsc', '-p', project).catch((error: unknown) => {
      assert.fail((error as { stdout: string }).stdout);
    });
  });
}

const CONSUMER = `
import 'video-room-elements';
import type { MicButton } from 'video-room-elements/elements/mic-button.js';
import { createRoom, registerProvider, Room, type RoomSettings } from 'video-room-elements/room';
import 'video-room-elements/cdn/video-room.js';
import { createRoom as createRoomByScript, type VideoRoom } from 'video-room-elements/cdn/video-room.js';
import 'video-room-elements/cdn/room.js';

const element = document.createElement('video-room');
element.room satisfies Room;
element.addEventListener('room-joined', (event) => console.log(event.type));
element.join() satisfies Promise<unknown>;
element satisfies VideoRoom;
createRoomByScript() satisfies Room;
createRoom({ room: 'standup' } satisfies Partial<RoomSettings>) satisfies Room;
registerProvider('own', () => Promise.reject(new Error('none')));
const button: MicButton = document.createElement('mic-button');
button.for = 'meeting';
// @ts-expect-error The id of a room is a string.
button.for = 1;
`;

/** Bundles a page's script as its author would; a warning (an import that can't be resolved) fails. */
async function bundle(script: string): Promise<{ code: string; modules: readonly string[] }> {
  const input = join(project, 'page.js');
  await writeFile(input, script);
  const result = await rollup({
    input,
    plugins: [nodeResolve({ browser: true })],
    onwarn(warning) {
      if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
    },
  });
  const { output } = await result.generate({ format: 'es' });
  await result.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  return {
    code: chunks.map((chunk) => chunk.code).join('\n'),
    modules: chunks.flatMap((chunk) => Object.keys(chunk.modules)),
  };
}

/** The tags the package documents: one for each element's file. */
async function tagNames(): Promise<readonly string[]> {
  const { modules } = JSON.parse(await readFile(join(installed, 'dist/custom-elements.json'), 'utf8')) as {
    modules: { declarations: { tagName?: string }[] }[];
  };
  const tags = modules.flatMap((module) => module.declarations.flatMap(({ tagName }) => tagName ?? []));
  const files = (await readdir(join(installed, 'dist/elements'))).filter((file) => /^[\w-]+\.js$/.test(file));
  assert.deepEqual(tags.toSorted(), files.map((file) => file.replace('.js', '')).toSorted());
  return tags;
}

function importsOf(code: string): readonly string[] {
  return ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.map(async (entry) =>
    entry.isDirectory()
      ? (await filesIn(join(folder, entry.name))).map((file) => `${entry.name}/${file}`)
      : [entry.name],
  );
  return (await Promise.all(nested)).flat();
}
