/** The site owner's API: phone calls of a room. */
import { z } from '@hono/zod-openapi';
import { callId, callSchema, digitsRequest } from './call-routes.js';
import type { Calls } from './calls.js';
import { clientOf, PRIVATE } from './http.js';
import type { OwnerServices } from './owner-routes.js';
import { json, noContent, type OwnerRouter } from './owner-routes-router.js';
import { callInRoom, ids, inRoom, personName, TAGS } from './room-schemas.js';

const ownerCallRequest = z
  .strictObject({
    id: callId.optional().openapi({ description: 'Sent again, it starts no second call.' }),
    number: z
      .string('must be a text')
      .max(256, 'must have at most 256 characters')
      .openapi({ description: 'With + and its country code, or a SIP address.', example: '+1 202 555 0100' }),
    name: personName.default(''),
    from: z
      .string('must be a text')
      .max(64, 'must have at most 64 characters')
      .optional()
      .openapi({ description: 'The number that the call comes from, one of the account’s.' }),
    uui: z.string('must be a text').max(350, 'must have at most 350 characters').optional().openapi({
      description: 'For a SIP address: the header User-to-User (RFC 7433).',
      example: 'aGVsbG8;encoding=base64',
    }),
    hears: ids.optional().openapi({ description: 'Ids of the participants whom the phone hears. Default: everybody.' }),
  })
  .openapi('OwnerCallRequest', { example: { number: '+1 202 555 0100', name: 'Grace' } });

export function addCallRoutes(router: OwnerRouter, { rooms }: OwnerServices, calls: Calls): void {
  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/calls',
      tag: TAGS.calls,
      summary: 'Calls of the room: those under way, and those that ended within the last minute',
      params: inRoom,
      answers: { 200: json('Oldest first', z.array(callSchema)) },
      problems: [404],
    },
    ({ params, context }) => {
      rooms.room(params.room);
      return context.json(calls.list(params.room), 200, PRIVATE);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/calls',
      tag: TAGS.calls,
      summary: 'Call a phone into the room',
      params: inRoom,
      body: ownerCallRequest,
      answers: {
        201: json('The phone platform has taken the call', callSchema),
        200: json('There was a call of this id already', callSchema),
      },
      problems: [403, 404, 409, 502, 503, 504],
    },
    async ({ params: { room }, body: { id, number, name, ...byOwner }, context }) => {
      rooms.room(room);
      const isKnown = calls.list(room).some((known) => known.id === id);
      const call = await calls.start({ id, number, name, room, client: clientOf(context), byOwner });
      return context.json(call, isKnown ? 200 : 201, PRIVATE);
    },
  );

  router.add(
    {
      method: 'delete',
      path: '/api/rooms/{room}/calls/{call}',
      tag: TAGS.calls,
      summary: 'Stop ringing, or hang up',
      params: callInRoom,
      answers: { 204: { description: 'The call is over' } },
      problems: [404],
    },
    async ({ params, context }) => {
      await calls.hangUp(params.room, params.call);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/calls/{call}/digits',
      tag: TAGS.calls,
      summary: 'Let one phone hear keys of a keypad',
      params: callInRoom,
      body: digitsRequest,
      answers: { 204: { description: 'The phone hears them' } },
      problems: [404, 409, 502, 504],
    },
    async ({ params, body, context }) => {
      await calls.sendDigits(params.room, params.call, body.digits);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/digits',
      tag: TAGS.calls,
      summary: 'Let all phones of the room hear keys of a keypad',
      params: inRoom,
      body: digitsRequest,
      answers: { 204: { description: 'All that were answered hear them' } },
      problems: [404, 409, 502, 504],
    },
    async ({ params, body, context }) => {
      rooms.room(params.room);
      await calls.sendDigitsToAll(params.room, body.digits);
      return noContent(context);
    },
  );
}
