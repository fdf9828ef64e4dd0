/** What the browser measures on peer connections, in the room's words. */
import type { MediaStatistics } from '../../room/media-connection.js';

/** The members of the browser's statistics that are read here. Which of them there are depends on the type. */
type Statistic = RTCStats &
  Readonly<
    Partial<
      Record<'packetsReceived' | 'packetsLost' | 'framesPerSecond' | 'fractionLost' | 'currentRoundTripTime', number>
    >
  > & { readonly selectedCandidatePairId?: string };

/** Of all the connections together. In some browsers, never settles where one of them is closed meanwhile. */
export async function readStatistics(connections: Iterable<RTCPeerConnection>): Promise<MediaStatistics> {
  const reports = await Promise.all([...connections].map((connection) => connection.getStats()));
  const all = reports.flatMap((report) => [...report.values()] as Statistic[]);
  const inbound = all.filter(({ type }) => type === 'inbound-rtp');
  const selected = all.map(({ selectedCandidatePairId }) => selectedCandidatePairId);
  const pairs = all.filter(({ id }) => selected.includes(id));
  const roundTrip = highest(pairs.map(({ currentRoundTripTime }) => currentRoundTripTime));
  return {
    packetsReceived: sum(inbound.map(({ packetsReceived }) => packetsReceived)),
    packetsLost: sum(inbound.map(({ packetsLost }) => packetsLost)),
    roundTripMilliseconds: roundTrip && roundTrip * 1000,
    framesPerSecond: highest(inbound.map(({ framesPerSecond }) => framesPerSecond)),
    // Of remote-inbound-rtp alone.
    sentFractionLost: highest(all.map(({ fractionLost }) => fractionLost)),
  };
}

type Numbers = readonly (number | undefined)[];

function sum(numbers: Numbers): number {
  return numbers.reduce<number>((total, number = 0) => total + number, 0);
}

function highest(numbers: Numbers): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
