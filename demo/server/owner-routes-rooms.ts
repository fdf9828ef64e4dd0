/** The site owner's API: rooms, who waits to come in, and invitations. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { NAME_LIMIT, PRIVATE, roomName } from './http.js';
import { Problem } from './problem.js';
import { roomFacts } from './room-facts.js';
import { roleSchema } from './roles.js';
import { SESSION_LIFETIME, SESSION_SEATS } from './room-limits.js';
import type { RoomRecord } from './room-store.js';
import type { OwnerServices } from './owner-routes.js';
import { json, noContent, type OwnerRouter } from './owner-routes-router.js';
import {
  entryFields,
  flag,
  ids,
  inRoom,
  layoutClasses,
  permissionChanges,
  personName,
  roomSchema,
  TAGS,
  viewFields,
  waitingInRoom,
  waitingSchema,
} from './room-schemas.js';

/** Of a meeting, in seconds. */
const LONGEST = SESSION_LIFETIME / 1000;

/** Longest time that an invitation may be valid, in milliseconds: a year. */
const LONGEST_INVITATION = 366 * 86_400_000;

const settings = {
  displayName: personName.optional().openapi({ type: 'string', maxLength: NAME_LIMIT, example: 'Daily standup' }),
  maxParticipants: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(SESSION_SEATS, `must be at most ${SESSION_SEATS}`)
    .optional(),
  audioOnly: flag.optional().openapi({ description: 'Nobody publishes video.' }),
  ...entryFields,
  timeLimitSeconds: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(LONGEST, `must be at most ${LONGEST}`)
    .optional()
    .openapi({ description: 'Closed so long after the first person has come.', example: 3600 }),
};

const newRoom = z
  .strictObject({ name: roomName, ...settings })
  .openapi('NewRoom', { example: { name: 'standup', displayName: 'Daily standup', maxParticipants: 5 } });

const roomChange = z
  .strictObject({ ...settings, ...viewFields })
  .openapi('RoomChange', { example: { locked: true, layout: 'speaker' } });

const muteRequest = z
  .strictObject({
    except: ids.default([]).openapi({ description: 'Ids of participants or of streams: these may go on speaking.' }),
  })
  .openapi('MuteRequest', { example: { except: [] } });

const admission = z.strictObject({ admitted: flag }).openapi('WaitingDecision');

const moment = z.iso.datetime({ error: 'must be a moment such as 2030-01-31T09:00:00Z', offset: true });

const invitationRequest = z
  .strictObject({
    role: roleSchema.default('guest'),
    name: personName.optional().openapi({ description: 'The person cannot choose another one.' }),
    permissions: permissionChanges.optional().openapi({ description: 'How they differ from those of the role.' }),
    data: z
      .string('must be a text')
      .max(1000, 'must have at most 1000 characters')
      .optional()
      .openapi({ description: 'Of any content; everybody in the room can read it.' }),
    layoutClasses: layoutClasses.optional(),
    notBefore: moment.optional(),
    expiresAt: moment.optional().openapi({ description: 'A day from now, if nothing is said.' }),
  })
  .openapi('InvitationRequest', { example: { role: 'moderator', name: 'Ada' } });

const invitationAnswer = z
  .object({
    invite: z.string().openapi({ description: 'For `POST /rooms/join`. Whoever has it comes in.' }),
    address: z.string().openapi({
      description:
        'To be put after the address of a page with `<video-room from-query>`. The invitation is in the fragment, which browsers send to no server.',
      example: '?room=standup#invite=…',
    }),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Invitation');

const HERE_AND_GONE = [404] as const;
const A_DAY = 86_400_000;

export function addRoomRoutes(router: OwnerRouter, services: OwnerServices): void {
  const { rooms, control, invitations } = services;

  const described = (room: RoomRecord) => ({
    ...roomFacts(rooms, room),
    participantCount: rooms.members(room.name).length,
    waitingCount: rooms.waiting(room.name).length,
  });
  const answer = (context: Context, name: string) => context.json(described(rooms.room(name)), 200, PRIVATE);

  router.add(
    {
      method: 'get',
      path: '/api/rooms',
      tag: TAGS.rooms,
      summary: 'Rooms that are open, and those that were made here',
      answers: { 200: json('All of them', z.array(roomSchema)) },
    },
    ({ context }) => context.json(rooms.rooms().map(described), 200, PRIVATE),
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms',
      tag: TAGS.rooms,
      summary: 'Make a room: it is kept while nobody is there',
      body: newRoom,
      answers: { 201: json('Made', roomSchema) },
      problems: [409, 503],
    },
    ({ body, context }) => {
      const { name, audioOnly, locked, waitingRoom, ...others } = body;
      rooms.createRoom(
        name,
        given({ ...others, isAudioOnly: audioOnly, isLocked: locked, hasWaitingRoom: waitingRoom }),
      );
      // Relative to `/api/rooms`, so that it holds behind a proxy with a path of its own.
      const location = `rooms/${encodeURIComponent(name)}`;
      return context.json(described(rooms.room(name)), 201, { ...PRIVATE, location });
    },
  );

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}',
      tag: TAGS.rooms,
      summary: 'One room',
      params: inRoom,
      answers: { 200: json('As it is now', roomSchema) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) => answer(context, params.room),
  );

  router.add(
    {
      method: 'patch',
      path: '/api/rooms/{room}',
      tag: TAGS.rooms,
      summary: 'Change a room',
      params: inRoom,
      body: roomChange,
      answers: { 200: json('As it is now', roomSchema) },
      problems: HERE_AND_GONE,
    },
    ({ params: { room }, body, context }) => {
      const { displayName, maxParticipants, audioOnly, timeLimitSeconds, ...change } = body;
      // First what can be refused: all is done, or nothing.
      if (change.spotlight != null) rooms.memberByParticipant(room, change.spotlight);
      rooms.updateRoom(room, given({ displayName, maxParticipants, isAudioOnly: audioOnly, timeLimitSeconds }));
      control.setRoom('owner', room, change);
      return answer(context, room);
    },
  );

  router.add(
    {
      method: 'delete',
      path: '/api/rooms/{room}',
      tag: TAGS.rooms,
      summary: 'End a room for everybody in it; one that was made here is no longer kept',
      params: inRoom,
      answers: { 204: { description: 'It is gone' } },
      problems: HERE_AND_GONE,
    },
    ({ params: { room }, context }) => {
      control.end('owner', room);
      // One that is kept is there still.
      if (rooms.hasRoom(room)) rooms.deleteRoom(room);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/mute',
      tag: TAGS.rooms,
      summary: 'Mute everybody but moderators and those named: who comes later starts muted, too, until it is lifted',
      params: inRoom,
      body: muteRequest,
      answers: { 204: { description: 'Muted' } },
      problems: HERE_AND_GONE,
    },
    ({ params: { room }, body, context }) => {
      control.setRoom('owner', room, { muted: { except: participantsOf(services, room, body.except) } });
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'delete',
      path: '/api/rooms/{room}/mute',
      tag: TAGS.rooms,
      summary: 'Lift it: everybody may speak again',
      params: inRoom,
      answers: { 204: { description: 'Lifted' } },
      problems: HERE_AND_GONE,
    },
    ({ params: { room }, context }) => {
      control.setRoom('owner', room, { muted: false });
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/waiting',
      tag: TAGS.rooms,
      summary: 'Who waits to be let in',
      params: inRoom,
      answers: { 200: json('In the order in which they came', z.array(waitingSchema)) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) => {
      rooms.room(params.room);
      return context.json(rooms.waiting(params.room), 200, PRIVATE);
    },
  );

  router.add(
    {
      method: 'patch',
      path: '/api/rooms/{room}/waiting/{waiting}',
      tag: TAGS.rooms,
      summary: 'Let somebody in, or send them away',
      params: waitingInRoom,
      body: admission,
      answers: { 204: { description: 'Done' } },
      problems: HERE_AND_GONE,
    },
    ({ params, body, context }) => {
      control.admit('owner', params.room, params.waiting, body.admitted);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/invitations',
      tag: TAGS.invitations,
      summary: 'Invite somebody to a room, whether it is open yet or not',
      params: inRoom,
      body: invitationRequest,
      answers: { 201: json('Valid until it expires or its holder is removed', invitationAnswer) },
    },
    async ({ params: { room }, body: { notBefore, expiresAt, ...invitation }, context }) => {
      const times = validity(notBefore, expiresAt);
      const invite = await invitations.issue({ ...invitation, room, ...times });
      const address = `?${new URLSearchParams({ room }).toString()}#invite=${invite}`;
      return context.json({ invite, address, expiresAt: times.expiresAt.toISOString() }, 201, PRIVATE);
    },
  );
}

/** Without the fields that are not given. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}

/** Of streams those who publish them. @throws Problem where there is none of an id */
function participantsOf({ rooms }: OwnerServices, room: string, named: readonly string[]): string[] {
  const members = rooms.members(room);
  return named.map((id) => {
    const member = members.find((each) => each.participantId === id || each.streams.some((stream) => stream.id === id));
    if (member?.participantId !== undefined) return member.participantId;
    throw new Problem(404, `There is neither a participant nor a stream "${id}" in this room.`, {
      code: 'participant-gone',
    });
  });
}

/** @throws Problem */
function validity(from: string | undefined, until: string | undefined): { notBefore?: Date; expiresAt: Date } {
  const now = Date.now();
  const notBefore = from === undefined ? undefined : new Date(from);
  const expiresAt = until === undefined ? new Date((notBefore?.getTime() ?? now) + A_DAY) : new Date(until);
  if (expiresAt.getTime() <= Math.max(now, notBefore?.getTime() ?? 0))
    throw new Problem(400, 'The field "expiresAt" must be later than now and than "notBefore".');
  if (expiresAt.getTime() > now + LONGEST_INVITATION)
    throw new Problem(400, 'The field "expiresAt" must be within a year from now.');
  return { ...(notBefore && { notBefore }), expiresAt };
}
