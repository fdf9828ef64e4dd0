/** How loud a remote track is. */

/** How old a sound may be and still count as the present level, in milliseconds. */
const MAX_AGE = 500;

/** What the statistics said last of receivers whose packets carry no level. */
const decodedLevels = new WeakMap<RTCRtpReceiver, number>();

/**
 * From 0 to 1: what the sender wrote into its packets (RFC 6464), or where the platform does not pass that on, what was
 * decoded shortly before the previous call.
 */
export function audioLevel(receiver: RTCRtpReceiver): number {
  const [source] = receiver.getSynchronizationSources();
  if (!source || performance.timeOrigin + performance.now() - source.timestamp > MAX_AGE) return 0;
  if (source.audioLevel !== undefined) return source.audioLevel;
  void measure(receiver);
  return decodedLevels.get(receiver) ?? 0;
}

async function measure(receiver: RTCRtpReceiver): Promise<void> {
  try {
    for (const statistic of (await receiver.getStats()).values() as Iterable<RTCInboundRtpStreamStats>) {
      if (statistic.type === 'inbound-rtp') decodedLevels.set(receiver, statistic.audioLevel ?? 0);
    }
  } catch {
    // The connection was closed meanwhile.
  }
}
