/** The server under measurement: tells its address to who started it, answers what it is asked, and ends with it. */
import { SimulatedPhones } from '../../demo/platform/voice/simulated-phones.js';
import { startServer } from '../../demo/server/start-server.js';
import { RINGING, type ServerUsage } from './bench-server.js';

const server = await startServer({
  joinsPerMinute: 100_000,
  callLimits: { callsPerMinute: 100_000, callsPerMinuteFromAddress: 100_000, callsPerMinuteInAll: 100_000 },
  phones: new SimulatedPhones({ setupMilliseconds: 0, ringMilliseconds: RINGING, log: () => undefined }),
  log: () => undefined,
});

process.on('disconnect', () => process.exit());
process.on('message', (question) => {
  // Two rounds: what the first one finalizes, only the second one can take.
  if (question === 'usage without garbage') for (let round = 0; round < 2; round++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const usage: ServerUsage = {
    cpuMicroseconds: user + system,
    rss,
    heapUsed,
    resources: countEach(process.getActiveResourcesInfo()),
    forwardedPackets: server.platform?.gateway.statistics().forwardedPackets ?? 0,
  };
  process.send?.(usage);
});
process.send?.(server.url);

function countEach(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
