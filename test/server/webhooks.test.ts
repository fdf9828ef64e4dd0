import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import type { Participant } from '../../demo/platform/registry.js';
import { createWebhooks } from '../../demo/platform/webhooks.js';

interface Delivery {
  readonly body: Record<string, unknown>;
  readonly contentType: string | undefined;
  readonly response: ServerResponse;
}

/** Somewhere to post webhooks to; each waits for the test to answer it. */
async function setUp(t: TestContext) {
  const deliveries = new EventEmitter<{ delivery: [Delivery] }>();
  const receiver = createServer((request, response) => {
    void text(request).then((body) =>
      deliveries.emit('delivery', {
        body: JSON.parse(body) as Record<string, unknown>,
        contentType: request.headers['content-type'],
        response,
      }),
    );
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`;
  const next = async (): Promise<Delivery> => (await once(deliveries, 'delivery'))[0] as Delivery;

  const logged = new EventEmitter<{ line: [string] }>();
  const log = (line: string): void => void logged.emit('line', line);
  const nextLine = async (): Promise<string> => String((await once(logged, 'line'))[0]);
  return { callbackUrl, next, log, nextLine };
}

function participant(fields: Partial<Participant>): Participant {
  return { id: 'p', accountId: 'a', publishPermissions: [], subscriptions: {}, ...fields };
}

test('an event is posted as documented, with the tag where there is one', async (t) => {
  const { callbackUrl, next } = await setUp(t);
  const webhooks = createWebhooks();
  const before = Date.now();
  for (const [event, tag] of [
    ['onConnect', undefined],
    ['onLeave', 'a tag'],
    ['onDisconnect', 'a tag'],
  ] as const) {
    const delivery = next();
    webhooks.send(event, participant({ callbackUrl, tag }), 'd');
    const { body, contentType, response } = await delivery;
    response.end();
    const { timestamp, ...rest } = body;
    assert.deepEqual(rest, { event, participantId: 'p', deviceId: 'd', ...(tag && { tag }) });
    assert.ok(typeof timestamp === 'string' && Number(timestamp) >= before && Number(timestamp) <= Date.now());
    assert.equal(contentType, 'application/json');
  }
});

test("a participant's events arrive one after the other, and another's do not wait for them", async (t) => {
  const { callbackUrl, next } = await setUp(t);
  const webhooks = createWebhooks();
  t.after(() => webhooks.close());
  let delivery = next();
  webhooks.send('onConnect', participant({ callbackUrl }), 'd');
  webhooks.send('onLeave', participant({ callbackUrl }), 'd');
  const first = await delivery;
  delivery = next();
  webhooks.send('onConnect', participant({ id: 'q', callbackUrl }), 'd');
  const other = await delivery;
  assert.deepEqual([first.body['event'], other.body['participantId']], ['onConnect', 'q']);
  delivery = next();
  first.response.end();
  assert.equal((await delivery).body['event'], 'onLeave');
});

test('a receiver that fails is logged, and the next event is sent all the same', async (t) => {
  const { callbackUrl, next, log, nextLine } = await setUp(t);
  const webhooks = createWebhooks({ timeoutMilliseconds: 100, log });
  const table: [answer: (response: ServerResponse) => void, line: RegExp][] = [
    [(response) => response.writeHead(500).end(), /onConnect answered 500/],
    [(response) => response.writeHead(302, { location: '/' }).end(), /onConnect answered 302/],
    [(response) => response.destroy(), /onConnect could not be delivered/],
    [() => undefined, /onConnect could not be delivered: the receiver took too long/],
  ];
  for (const [answer, expected] of table) {
    const [delivery, line] = [next(), nextLine()];
    webhooks.send('onConnect', participant({ callbackUrl }), 'd');
    answer((await delivery).response);
    assert.match(await line, expected);
  }
  const line = nextLine();
  webhooks.send('onConnect', participant({ callbackUrl: 'http://127.0.0.1:1/' }), 'd');
  assert.match(await line, /could not be delivered/);
});

test('who has no callback URL is told nothing, and nobody after closing', async (t) => {
  const { callbackUrl, next, log } = await setUp(t);
  const webhooks = createWebhooks({ log });
  webhooks.send('onConnect', participant({}), 'd');
  webhooks.send('onConnect', participant({ callbackUrl: null }), 'd');
  const delivery = next();
  webhooks.send('onLeave', participant({ callbackUrl }), 'd');
  webhooks.send('onConnect', participant({ callbackUrl }), 'd');
  const { body, response } = await delivery;
  assert.equal(body['event'], 'onLeave');
  const brokenOff = once(response, 'close');
  webhooks.close();
  await brokenOff;
});
