import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

/**
 * Refuses bodies that are larger. Those that say how long they are are not touched for that: looking at the body would
 * make whole objects of fetch of each request.
 * @param bytes how large a body may be
 */
export function limitBody(bytes: number, refuse: () => never): MiddlewareHandler {
  const countBytes = bodyLimit({ maxSize: bytes, onError: refuse });
  return async (context, next) => {
    const { method } = context.req;
    const length = context.req.header('content-length');
    // A length says nothing beside a transfer coding; alone, no more comes than it says (RFC 9112, 6.3).
    const isLengthKnown = length !== undefined && context.req.header('transfer-encoding') === undefined;
    if (isLengthKnown && Number(length) > bytes) refuse();
    // The body of a GET is never read.
    return isLengthKnown || method === 'GET' || method === 'HEAD' ? next() : countBytes(context, next);
  };
}
