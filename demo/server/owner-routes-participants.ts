/** The site owner's API: who is in a room, what they publish, and signals to them. */
import { z } from '@hono/zod-openapi';
import { PRIVATE } from './http.js';
import { messageRequest } from './messages.js';
import type { OwnerServices } from './owner-routes.js';
import { json, noContent, type OwnerRouter } from './owner-routes-router.js';
import {
  hasField,
  inRoom,
  layoutClasses,
  memberFields,
  messageSchema,
  participantInRoom,
  participantSchema,
  removal,
  streamInRoom,
  streamSchema,
  TAGS,
} from './room-schemas.js';
import { Problem } from './problem.js';
import { participantFacts } from './room-facts.js';
import type { MemberRecord, StreamRecord } from './room-store.js';
import { secret } from './secret.js';

const HERE_AND_GONE = [404] as const;

const participantChange = z
  .strictObject(memberFields)
  .refine(hasField, 'must have at least one field')
  .openapi('ParticipantChange', { example: { microphone: 'off' } });

const classesRequest = z.strictObject({ layoutClasses }).openapi('LayoutClasses');

const signalRequest = z
  .strictObject({ ...messageRequest.shape, id: messageRequest.shape.id.optional() })
  .openapi('SignalRequest', { example: { type: 'chat', data: { text: 'The meeting ends in five minutes.' } } });

export function addParticipantRoutes(router: OwnerRouter, { rooms, control, messages }: OwnerServices): void {
  const membersOf = (room: string): MemberRecord[] => rooms.members(rooms.room(room).name);
  const streamsOf = (room: string) =>
    membersOf(room).flatMap((member) =>
      member.streams.map((stream) => ({
        member,
        stream,
        described: { ...stream, participantId: member.participantId },
      })),
    );
  const streamOf = (room: string, id: string) => {
    const found = streamsOf(room).find(({ stream }) => stream.id === id);
    if (found) return found;
    throw new Problem(404, 'There is no such stream in this room.', { code: 'participant-gone' });
  };

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/participants',
      tag: TAGS.participants,
      summary: 'Who is in the room: people and phones',
      params: inRoom,
      answers: { 200: json('In the order in which they came', z.array(participantSchema)) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) =>
      context.json(
        membersOf(params.room).map((member) => participantFacts(rooms, member)),
        200,
        PRIVATE,
      ),
  );

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/participants/{participant}',
      tag: TAGS.participants,
      summary: 'One of them',
      params: participantInRoom,
      answers: { 200: json('As they are now', participantSchema) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) => {
      const member = rooms.memberByParticipant(params.room, params.participant);
      return context.json(participantFacts(rooms, member), 200, PRIVATE);
    },
  );

  router.add(
    {
      method: 'patch',
      path: '/api/rooms/{room}/participants/{participant}',
      tag: TAGS.participants,
      summary: 'Mute somebody, ask them to unmute, lower their hand, or give them another role: all or nothing',
      params: participantInRoom,
      body: participantChange,
      answers: { 204: { description: 'Done' } },
      problems: HERE_AND_GONE,
    },
    ({ params, body, context }) => {
      control.setMember('owner', params.room, params.participant, body);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'delete',
      path: '/api/rooms/{room}/participants/{participant}',
      tag: TAGS.participants,
      summary: 'Remove somebody: they are disconnected, and cannot come back with what they came in by',
      params: participantInRoom,
      query: removal,
      answers: { 204: { description: 'They are gone' } },
      problems: HERE_AND_GONE,
    },
    ({ params, query, context }) => {
      control.remove('owner', params.room, params.participant, query.reason);
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/streams',
      tag: TAGS.streams,
      summary: 'What is published in the room, as people’s pages tell it',
      params: inRoom,
      answers: { 200: json('All streams', z.array(streamSchema)) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) =>
      context.json(
        streamsOf(params.room).map(({ described }) => described),
        200,
        PRIVATE,
      ),
  );

  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/streams/{stream}',
      tag: TAGS.streams,
      summary: 'One of them',
      params: streamInRoom,
      answers: { 200: json('As it is now', streamSchema) },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) => context.json(streamOf(params.room, params.stream).described, 200, PRIVATE),
  );

  router.add(
    {
      method: 'put',
      path: '/api/rooms/{room}/streams/{stream}/layout-classes',
      tag: TAGS.streams,
      summary: 'Set the layout classes of a stream',
      params: streamInRoom,
      body: classesRequest,
      answers: { 204: { description: 'Set' } },
      problems: HERE_AND_GONE,
    },
    ({ params, body, context }) => {
      const { member } = streamOf(params.room, params.stream);
      const streams = member.streams.map((stream): StreamRecord =>
        stream.id === params.stream ? { ...stream, ...body } : stream,
      );
      rooms.updateMember(member.bearer, { streams });
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/streams/{stream}/mute',
      tag: TAGS.streams,
      summary: 'Mute the microphone that a stream is of',
      params: streamInRoom,
      answers: { 204: { description: 'Muted' } },
      problems: HERE_AND_GONE,
    },
    ({ params, context }) => {
      const { member, stream } = streamOf(params.room, params.stream);
      if (stream.videoType === 'screen') throw new Problem(400, 'A shared screen has no microphone.');
      control.setMember('owner', params.room, member.participantId ?? '', { microphone: 'off' });
      return noContent(context);
    },
  );

  router.add(
    {
      method: 'post',
      path: '/api/rooms/{room}/signals',
      tag: TAGS.signals,
      summary: 'Send a signal or a message to everybody, or to one participant',
      params: inRoom,
      body: signalRequest,
      answers: { 201: json('Sent', messageSchema), 200: json('There was one of this id already', messageSchema) },
      problems: [404, 409],
    },
    ({ params: { room }, body: { id = secret(), ...signal }, context }) => {
      const isKnown = messages.has(room, id);
      const message = messages.send('owner', room, { id, ...signal });
      return context.json(message, isKnown ? 200 : 201, PRIVATE);
    },
  );
}
