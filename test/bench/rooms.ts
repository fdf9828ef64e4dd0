/** The room service under load: many people join, listen to the room channel, and write messages. No media. */
import autocannon, { type Request } from 'autocannon';
import { setMaxListeners } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { BenchServer } from './bench-server.js';
import { kilobytes, megabytes, milliseconds, type Report } from './report.js';

/** The platform takes at most 20 in a session. */
const PEOPLE_PER_ROOM = 20;
const ROOMS = 25;
const PEOPLE = ROOMS * PEOPLE_PER_ROOM;

/** Requests under way at once. */
const CONNECTIONS = 25;

/** Messages a second in all rooms together, and how many in all: 4 of each person. */
const MESSAGE_RATE = 100;
const MESSAGES = PEOPLE * 4;

/** How long the last messages may take to arrive, and joins to be told to all, in milliseconds. */
const SETTLING = 2000;

const joinAnswer = z.object({ session: z.string(), links: z.object({ events: z.string() }) });
const signal = z.object({ type: z.literal('load'), data: z.object({ sentAt: z.number() }) });

type Joined = z.infer<typeof joinAnswer>;

export async function measureRooms(): Promise<Report> {
  const server = await BenchServer.start();
  const stop = new AbortController();
  setMaxListeners(PEOPLE, stop.signal);
  try {
    const before = await server.usage('usage without garbage');
    const { people, result: joining } = await joinAll(server.url);
    const latencies: number[] = [];
    await Promise.all(people.map(({ links }) => listen(`${server.url}/rooms/${links.events}`, latencies, stop.signal)));
    await pause(SETTLING);
    const during = await server.usage('usage without garbage');
    const cpuBefore = (await server.usage()).cpuMicroseconds;
    const sending = await sendAll(server.url, people);
    await pause(SETTLING);
    const cpu = (await server.usage()).cpuMicroseconds - cpuBefore;
    latencies.sort((a, b) => a - b);
    const figures = {
      people: people.length,
      joinsPerSecond: joining['2xx'] / joining.duration,
      joinP50: joining.latency.p50,
      joinP99: joining.latency.p99,
      messages: sending['2xx'],
      deliveries: latencies.length,
      fanOutP50: percentile(latencies, 50),
      fanOutP99: percentile(latencies, 99),
      cpuPerDelivery: cpu / latencies.length,
      heapPerPerson: (during.heapUsed - before.heapUsed) / PEOPLE,
      rssPerPerson: (during.rss - before.rss) / PEOPLE,
      rss: during.rss,
    };
    return {
      title: `rooms: ${PEOPLE} people in ${ROOMS} rooms listen, ${MESSAGE_RATE} messages a second, each to ${PEOPLE_PER_ROOM} people`,
      columns: ['', ''],
      rows: [
        ['joined', `${figures.people} of ${PEOPLE}`],
        ['joins a second', figures.joinsPerSecond.toFixed(0)],
        ['a join, median', milliseconds(figures.joinP50)],
        ['a join, 99th percentile', milliseconds(figures.joinP99)],
        ['messages delivered', `${figures.deliveries} of ${MESSAGES * PEOPLE_PER_ROOM}`],
        ['**from sending to arrival, median**', milliseconds(figures.fanOutP50)],
        ['**from sending to arrival, 99th percentile**', milliseconds(figures.fanOutP99)],
        ['CPU of the server per delivery', `${figures.cpuPerDelivery.toFixed(0)} µs`],
        ['heap per person', kilobytes(figures.heapPerPerson)],
        ['RSS per person', kilobytes(figures.rssPerPerson)],
        ['server: RSS', megabytes(figures.rss)],
      ],
      figures,
    };
  } finally {
    stop.abort();
    await server.stop();
  }
}

async function joinAll(url: string): Promise<{ people: Joined[]; result: autocannon.Result }> {
  const people: Joined[] = [];
  let next = 0;
  const result = await load(url, PEOPLE, {
    path: '/rooms/join',
    setupRequest: (request) => {
      const number = next++;
      const body = { room: `room-${number % ROOMS}`, name: `Person ${number}`, audio: false, video: false };
      return { ...request, body: JSON.stringify(body) };
    },
    onResponse: (status, body) => {
      if (status === 200) people.push(joinAnswer.parse(JSON.parse(body)));
    },
  });
  return { people, result };
}

/** Everybody in turn. */
async function sendAll(url: string, people: readonly Joined[]): Promise<autocannon.Result> {
  let next = 0;
  return load(
    url,
    MESSAGES,
    {
      path: '/rooms/messages',
      setupRequest: (request) => {
        const number = next++;
        const session = people[number % people.length]?.session ?? '';
        const body = { id: `message-${number}`, type: 'load', data: { sentAt: performance.now() } };
        return {
          ...request,
          headers: { ...request.headers, authorization: `Bearer ${session}` },
          body: JSON.stringify(body),
        };
      },
    },
    MESSAGE_RATE,
  );
}

async function load(url: string, amount: number, request: Request, overallRate?: number): Promise<autocannon.Result> {
  return autocannon({
    url,
    connections: CONNECTIONS,
    amount,
    ...(overallRate && { overallRate }),
    requests: [{ method: 'POST', headers: { 'content-type': 'application/json' }, ...request }],
  });
}

/** Resolves when the stream is open; from then on each message that arrives leaves how long it took, in milliseconds. */
async function listen(url: string, latencies: number[], stop: AbortSignal): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { signal: stop, agent: false }, resolve).on('error', reject);
  });
  let rest = '';
  response.setEncoding('utf8');
  // The bench ends it.
  response.on('error', () => undefined);
  response.on('data', (chunk: string) => {
    const now = performance.now();
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const message = signal.safeParse(JSON.parse(line.slice('data: '.length)));
      if (message.success) latencies.push(now - message.data.data.sentAt);
    }
  });
}

function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.floor((sorted.length * percent) / 100)] ?? NaN;
}
