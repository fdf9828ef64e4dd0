import assert from 'node:assert/strict';
import { Hono } from 'hono';
import test from 'node:test';
import { crossOrigin, requestOrigin, type AllowedOrigins } from '../../demo/server/origins.js';
import { Problem } from '../../demo/server/problem.js';

const LISTED = 'https://listed.example.com';
const OTHER = 'https://other.example.com';

function setUp(allowed: AllowedOrigins): Hono {
  const app = new Hono();
  app.onError((error) => (error instanceof Problem ? error.toResponse() : new Response(null, { status: 500 })));
  app.use(crossOrigin(allowed));
  app.post('/join', (context) => context.text('joined'));
  app.post('/full', () => {
    throw new Problem(409, 'The room is full.');
  });
  return app;
}

type Expected = [status: number, allowOrigin: string | null, credentials: string | null];

function outcome({ status, headers }: Response): Expected {
  return [status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')];
}

test('pages of the same origin may always ask, others only where allowed', async () => {
  const table: [allowed: AllowedOrigins, headers: Record<string, string>, expected: Expected][] = [
    [[], {}, [200, null, null]],
    [[], { origin: 'http://localhost' }, [200, null, null]],
    [[], { origin: 'https://meet.example.com', host: 'meet.example.com' }, [200, null, null]],
    [[], { origin: 'https://meet.example.com', 'x-forwarded-host': 'meet.example.com' }, [200, null, null]],
    [[], { origin: 'https://meet.example.com', 'sec-fetch-site': 'same-origin' }, [200, null, null]],
    [[], { origin: OTHER }, [403, null, null]],
    [[], { origin: OTHER, 'sec-fetch-site': 'cross-site' }, [403, null, null]],
    [[], { origin: 'null' }, [403, null, null]],
    [[], { origin: 'http://localhost:8080' }, [403, null, null]],
    [[LISTED], { origin: LISTED }, [200, LISTED, 'true']],
    [[LISTED], { origin: OTHER }, [403, null, null]],
    [[LISTED], { origin: `${LISTED}.evil.example` }, [403, null, null]],
    [[LISTED], { origin: 'http://listed.example.com' }, [403, null, null]],
    ['*', { origin: OTHER }, [200, '*', null]],
    ['*', { origin: 'null' }, [200, '*', null]],
  ];
  for (const [allowed, headers, expected] of table) {
    const label = JSON.stringify([allowed, headers]);
    const response = await setUp(allowed).request('/join', { method: 'POST', headers });
    assert.deepEqual(outcome(response), expected, label);
    assert.equal(response.headers.get('vary'), 'Origin', label);
    if (expected[0] === 403) assert.equal(((await response.json()) as { code: string }).code, 'endpoint-unauthorized');
  }
});

test('an allowed page can read a refusal, and when to come again', async () => {
  const response = await setUp([LISTED]).request('/full', { method: 'POST', headers: { origin: LISTED } });
  assert.deepEqual(outcome(response), [409, LISTED, 'true']);
  assert.equal(response.headers.get('access-control-expose-headers'), 'Retry-After');
});

test('a preflight is answered without asking the service, and refused to whom it would refuse', async () => {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-csrf',
  };
  const table: [allowed: AllowedOrigins, origin: string, expected: Expected][] = [
    [[LISTED], LISTED, [204, LISTED, 'true']],
    [[LISTED], OTHER, [403, null, null]],
    ['*', OTHER, [204, '*', null]],
  ];
  for (const [allowed, origin, expected] of table) {
    const headers = { ...preflight, origin };
    const response = await setUp(allowed).request('/join', { method: 'OPTIONS', headers });
    assert.deepEqual(outcome(response), expected);
    if (expected[0] !== 204) continue;
    assert.equal(response.headers.get('access-control-allow-methods'), 'GET, POST, PUT, PATCH, DELETE');
    assert.equal(response.headers.get('access-control-allow-headers'), 'authorization,content-type,x-csrf');
    assert.equal(response.headers.get('vary'), 'Origin, Access-Control-Request-Headers');
  }
});

test('the address that the client used is known, also behind a proxy', () => {
  const table: [headers: Record<string, string>, expected: string][] = [
    [{}, 'http://localhost:3000'],
    [{ host: '192.168.0.7:3000' }, 'http://192.168.0.7:3000'],
    [{ host: 'internal', 'x-forwarded-proto': 'https' }, 'https://internal'],
    [{ host: 'internal', 'x-forwarded-host': 'a.example, b', 'x-forwarded-proto': 'https, http' }, 'https://a.example'],
    [{ host: 'internal', 'x-forwarded-proto': 'gopher' }, 'http://internal'],
  ];
  for (const [headers, expected] of table) {
    const { protocol, host } = requestOrigin(new Request('http://localhost:3000/', { headers }));
    assert.equal(`${protocol}://${host}`, expected);
  }
});
