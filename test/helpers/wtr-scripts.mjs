/**
 * Endpoints that a test writes as it goes: `PUT /__script/{id}/{path}?method=POST` sets what is answered there, or, at
 * `events`, what the streams are sent; `GET /__script/{id}/requests` tells what was asked. Anything else is answered as
 * written, and a path nobody has written with 404.
 */
const scripts = new Map();

export async function scriptedEndpoints(context, next) {
  const [, id, path] = /^\/__script\/([\w-]+)\/([\w/-]+)$/.exec(context.path) ?? [];
  if (!id) return next();
  const script = scripts.get(id) ?? { answers: new Map(), requests: [], streams: new Set() };
  scripts.set(id, script);
  const body = await read(context.req);
  if (context.method === 'PUT') return write(context, script, path, JSON.parse(body));
  if (path === 'requests') return answer(context, 200, script.requests);
  const { method, headers, search } = context;
  script.requests.push({ method, path: path + search, headers, body: body ? JSON.parse(body) : undefined });
  const written = script.answers.get(`${method} ${path}`);
  if (method === 'GET' && path === 'events' && !written) return stream(context, script);
  return answer(context, written?.status ?? 404, written?.body);
}

function write(context, script, path, content) {
  if (path !== 'events' || context.query.method) {
    script.answers.set(`${context.query.method} ${path}`, content);
  } else {
    for (const response of script.streams) {
      if (content.text) response.write(content.text);
      else response.destroy();
    }
  }
  return answer(context, 200, { streams: script.streams.size });
}

function answer(context, status, body) {
  // Set first: without a body, Koa answers 204.
  context.body = body === undefined ? '' : JSON.stringify(body);
  context.status = status;
  // What the vendor's sample says of its JSON.
  context.type = 'text/html';
}

function stream(context, { streams }) {
  const { res } = context;
  context.respond = false;
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  res.write('retry: 20\n\n');
  streams.add(res);
  res.once('close', () => streams.delete(res));
}

async function read(request) {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
