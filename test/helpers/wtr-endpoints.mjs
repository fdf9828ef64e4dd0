/** Endpoints for element tests: good ones, and every way in which one can be wrong. */

const PROBLEM = 'application/problem+json';

/** By the name in the path `/__endpoint/{name}`: status, content type, body. */
const ANSWERS = {
  'not-found': [404, 'text/plain', 'Not Found'],
  html: [200, 'text/html', '<!doctype html><title>Sign in</title>'],
  empty: [200, 'application/json', ''],
  'no-token': [200, 'application/json', '{"message":"failed"}'],
  null: [200, 'application/json', 'null'],
  number: [200, 'application/json', '5'],
  list: [200, 'application/json', '[]'],
  'token-number': [200, 'application/json', '{"token":5}'],
  'link-invalid': [200, 'application/json', '{"token":"t","links":{"participants":"http://["}}'],
  unauthorized: [401, PROBLEM, '{"title":"Unauthorized"}'],
  forbidden: [403, PROBLEM, '{"detail":"Ask Ada for an invitation."}'],
  rejected: [400, PROBLEM, '{"detail":"The name is too long."}'],
  markup: [400, PROBLEM, '{"detail":"<img src=x onerror=alert(1)> is not allowed."}'],
  full: [409, PROBLEM, '{"title":"Conflict"}'],
  'too-often': [429, 'text/html', '<h1>Slow down</h1>'],
  failing: [500, 'application/json', '{"message":"failed"}'],
  'failing-loudly': [500, PROBLEM, '{"detail":"SELECT * FROM rooms"}'],
  'own-code': [400, PROBLEM, '{"code":"token-expired","detail":"Your invitation has run out."}'],
  'unknown-code': [400, PROBLEM, '{"code":"constructor"}'],
  good: [200, 'text/html', '{"token":"token","provider":"fake"}'],
  names: [200, 'application/json', '[{"id":"ada","name":"Ada Lovelace"},{"id":"bob"},null,5]'],
};

/** `/__endpoint/echo` answers with a token that is the request; `/__endpoint/never` does not answer. */
export async function endpoints(context, next) {
  const name = /^\/__endpoint\/([\w-]+)$/.exec(context.path)?.[1];
  if (!name) return next();
  if (name === 'never') {
    await new Promise((resolve) => context.req.once('close', resolve));
    context.status = 204;
    return undefined;
  }
  if (name === 'echo') {
    const { method, headers } = context;
    context.body = { token: JSON.stringify({ method, headers, body: JSON.parse(await read(context.req)) }) };
    return undefined;
  }
  const [status, type, body] = ANSWERS[name] ?? ANSWERS['not-found'];
  Object.assign(context, { status, type, body });
  return undefined;
}

async function read(request) {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
