import { Ajv2020 } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { createCallRoutes } from '../../demo/server/call-routes.js';
import { createOwnerRoutes } from '../../demo/server/owner-routes.js';
import { createRoomRoutes } from '../../demo/server/room-routes.js';
import { setUpOwner } from './owner-set-up.js';

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Readonly<Record<string, { description?: string; content?: Record<string, { schema: object }> }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { example?: unknown; properties?: object }>>;
    readonly securitySchemes: Readonly<Record<string, { type: string }>>;
  };
}

async function readDocument(t: Parameters<typeof setUpOwner>[0]): Promise<Document> {
  const { ask } = await setUpOwner(t);
  return (await ask('GET', 'openapi.json', { bearer: null })).body as Document;
}

test('the document holds to OpenAPI 3.1, in every operation', async (t) => {
  const document = await readDocument(t);
  assert.match(document.openapi, /^3\.1\./);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'api');
  // Also fails where a reference leads nowhere.
  const compile = (schema: object) =>
    ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object);
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations)) {
      const label = `${method} ${path}`;
      assert.ok(operation.summary, label);
      assert.equal(operation.tags?.length, 1, label);
      const inPath = operation.parameters?.filter((each) => each.in === 'path') ?? [];
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      assert.deepEqual(inPath.map(({ name }) => name).sort(), placeholders.sort(), label);
      assert.ok(
        inPath.every(({ required }) => required === true),
        label,
      );
      for (const { schema } of operation.parameters ?? []) compile(schema);
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) compile(schema);
      for (const scheme of (operation.security ?? []).flatMap((each) => Object.keys(each)))
        assert.ok(document.components.securitySchemes[scheme], `${label}: ${scheme}`);
      assert.ok(
        Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)),
        label,
      );
      for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
        assert.match(status, /^\d{3}$/);
        assert.equal(typeof description, 'string', `${label} ${status}`);
        assert.equal(Number(status) >= 400, 'application/problem+json' in content, `${label} ${status}`);
        for (const { schema } of Object.values(content)) compile(schema);
      }
    }
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const validate = compile(schema);
    if (schema.example === undefined) continue;
    assert.ok(validate(schema.example), `the example of ${name}: ${ajv.errorsText(validate.errors)}`);
  }
});

test('what changes a room is described for each API by itself', async (t) => {
  const { paths, components } = await readDocument(t);
  const fieldsOf = (path: string): string[] => {
    const { schema } = paths[path]?.['patch']?.requestBody?.content['application/json'] ?? {};
    const { $ref } = schema as { $ref: string };
    return Object.keys(components.schemas[$ref.split('/').at(-1) ?? '']?.properties ?? {}).sort();
  };
  const both = ['hideVideoMuted', 'layout', 'locked', 'spotlight', 'waitingRoom'];
  assert.deepEqual(fieldsOf('/rooms/room'), [...both, 'muted'].sort());
  const owner = ['audioOnly', 'displayName', 'maxParticipants', 'timeLimitSeconds'];
  assert.deepEqual(fieldsOf('/api/rooms/{room}'), [...both, ...owner].sort());
});

test('each API has a scheme of its own', async (t) => {
  const { paths, components } = await readDocument(t);
  assert.deepEqual(Object.keys(components.securitySchemes).sort(), ['ApiKey', 'Bearer']);
  for (const [path, operations] of Object.entries(paths))
    for (const { security = [] } of Object.values(operations)) {
      const schemes = new Set(security.flatMap((each) => Object.keys(each)));
      if (path.startsWith('/api/')) assert.deepEqual([...schemes], ['ApiKey'], path);
      else assert.ok(!schemes.has('ApiKey'), path);
    }
});

test('every route that the server has is in the document', async (t) => {
  const { paths } = await readDocument(t);
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  // Nothing of a service is needed until a route is asked for.
  const none = {
    allowedOrigins: [],
    callbackPath: '/callbacks',
    webhookPath: '/webhooks',
    requestsPerMinute: 1,
    calls: {},
  };
  const apps = [createOwnerRoutes, createRoomRoutes, createCallRoutes].map((create) => create(none as never));
  const routes = apps
    .flatMap((app) => app.routes)
    .filter(({ method, path }) => method !== 'ALL' && !/^\/(callbacks|webhooks)/.test(path))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  assert.ok(routes.length > 40);
  assert.deepEqual(described.sort(), [...new Set(routes)].sort());
});

test('the page shows the document, and loads nothing from elsewhere', async (t) => {
  const { ask } = await setUpOwner(t);
  const page = await ask('GET', 'api/docs', { bearer: null });
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  const addresses = [...String(page.body).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
  const files = addresses.filter((address) => !address.startsWith('data:'));
  assert.ok(files.length >= 5);
  for (const file of files) {
    const { pathname, origin } = new URL(file, 'http://server/api/docs');
    assert.equal(origin, 'http://server');
    const { status, headers } = await ask('GET', pathname.slice(1), { bearer: null });
    assert.equal(status, 200, file);
    assert.match(headers.get('content-type') ?? '', /css|javascript|json/);
  }
});
