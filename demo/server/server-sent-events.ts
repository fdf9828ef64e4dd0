/** Server-sent events (HTML Living Standard, 9.2), as they go over the wire. */

/** Keeps browsers, proxies and compression from holding events back. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

const encoder = new TextEncoder();

/** JSON has no line breaks, so one `data` line holds it. */
export function encodeEvent(id: string, type: string, data: object): Uint8Array {
  return encodeLines(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}`);
}

/** Lines that belong together, such as a comment. */
export function encodeLines(lines: string): Uint8Array {
  return encoder.encode(`${lines}\n\n`);
}
