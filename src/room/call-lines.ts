/** Where phones are called from: the endpoint's own link, or a server that behaves as the vendor's sample. */
import { ask, asObject, resolveLink } from './endpoint.js';
import { RoomError, type RoomErrorCode } from './errors.js';
import type { Stay } from './stay.js';

/** All reject with a RoomError, or with the signal's reason. */
export interface CallLine {
  /** Whether something tells how its calls go on, besides who comes and goes in the meeting. */
  readonly isFollowed: boolean;
  /** Resolves with what is said of the call: an object that may hold any field of a call. */
  start(call: { readonly id: string; readonly number: string; readonly name: string }): Promise<object>;
  hangUp(id: string): Promise<void>;
  /** To this phone alone. */
  sendDigits(id: string, digits: string): Promise<void>;
}

/** What a refusal means where the endpoint does not say it by a code of its own. */
const CODE_BY_STATUS: Readonly<Record<number, RoomErrorCode>> = {
  401: 'permission-missing',
  403: 'permission-missing',
  404: 'call-gone',
  409: 'call-failed',
  410: 'call-gone',
  429: 'call-limit',
};

/** The link of the grant as it is at the time: `POST` starts a call, `DELETE` of the call below it ends it. */
export function linkedLine({ grant, settings, signal }: Stay): CallLine {
  const request = (path: string, method: string, body?: object): Promise<unknown> => {
    const { links, session } = grant();
    if (!links.calls) throw new RoomError('call-failed');
    const url = new URL(links.calls);
    url.pathname += path;
    return ask(url.href, { settings, signal, session, method, body, codeByStatus: CODE_BY_STATUS });
  };
  return {
    get isFollowed() {
      return Boolean(grant().links.events);
    },
    async start(call) {
      return asObject(await request('', 'POST', call));
    },
    async hangUp(id) {
      await request(`/${encodeURIComponent(id)}`, 'DELETE');
    },
    async sendDigits(id, digits) {
      await request(`/${encodeURIComponent(id)}/digits`, 'POST', { digits });
    },
  };
}

/** `/startPSTNCall` of the vendor's sample: ends its last call at `/endPSTNCall`, and does not tell how calls go. */
export function sampleLine(endpoint: string, { settings, room, signal }: Stay): CallLine {
  /** @throws RoomError */
  const address = (): string => resolveLink(endpoint, document.baseURI) ?? '';
  return {
    isFollowed: false,
    async start({ number, name }) {
      const body = { room, number, name, callee: { name, phone_number: number } };
      const { status, message, ...facts } = asObject(await ask(address(), { settings, signal, method: 'POST', body }));
      // It says with status 200 that it has failed.
      if (status !== 'ringing') throw new RoomError('call-failed', { cause: message });
      return { ...facts, status };
    },
    async hangUp() {
      const end = new URL('endPSTNCall', address());
      end.searchParams.set('room', room);
      await ask(end.href, { settings, signal });
    },
    sendDigits: () => Promise.reject(new RoomError('call-failed')),
  };
}
