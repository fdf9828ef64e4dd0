/** What routes of both APIs take and answer with: that of people in a room, and that of the site's owner. */
import { z } from '@hono/zod-openapi';
import { RECORD_TYPES } from './chronicle.js';
import { NAME_LIMIT, printable, roomName } from './http.js';
import { permissionSchema, roleSchema } from './roles.js';
import { LAYOUTS } from './room-store.js';

/** Of the site owner's API. */
export const TAGS = {
  rooms: 'Rooms',
  participants: 'Participants',
  streams: 'Streams',
  signals: 'Signals',
  calls: 'Calls',
  events: 'Events',
  invitations: 'Invitations',
  webhooks: 'Webhooks',
} as const;

/** Layout classes of one stream. */
const CLASS_LIMIT = 16;

export const personName = printable.openapi({ type: 'string', maxLength: NAME_LIMIT, example: 'Ada' });

/** The id of something that the server or a media SDK has named. */
const id = z.string().min(1, 'must not be empty').max(128, 'must have at most 128 characters');

export const inRoom = z.object({ room: roomName });
export const participantInRoom = inRoom.extend({ participant: id });
export const streamInRoom = inRoom.extend({ stream: id });
export const callInRoom = inRoom.extend({ call: id });
export const waitingInRoom = inRoom.extend({ waiting: id });

export const ids = z
  .array(id, 'must be a list of ids')
  .max(100, 'must have at most 100 entries')
  .openapi({ example: [] });

export const flag = z.boolean('must be true or false');

/** In a message of a person to the people of the room. */
const sentence = z
  .string('must be a text')
  .refine((text) => Array.from(text).length <= 500, 'must have at most 500 characters')
  .openapi({ type: 'string', maxLength: 500 });

export const removal = z.object({ reason: sentence.optional().openapi({ description: 'The person is told.' }) });

export const layoutClasses = z
  .array(z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores'), 'must be a list')
  .max(CLASS_LIMIT, `must have at most ${CLASS_LIMIT} entries`)
  .openapi({ example: ['focus'] });

export const layout = z.enum(LAYOUTS, `must be one of ${LAYOUTS.join(', ')}`);

/** Refuses what would change nothing. */
export function hasField(change: object): boolean {
  return Object.keys(change).length > 0;
}

const order = z.enum(['off', 'ask'], 'must be "off" or "ask"').optional();

/** What is done to one participant. */
export const memberFields = {
  microphone: order.openapi({ description: '`ask`: nobody’s device is switched on by others.' }),
  camera: order,
  hand: z.literal(false, 'must be false').optional().openapi({ description: 'Lowers it.' }),
  deaf: flag.optional().openapi({ description: 'Hears and sees nobody.' }),
  role: roleSchema.optional(),
};

export const entryFields = {
  locked: flag.optional().openapi({ description: 'Nobody else comes in.' }),
  waitingRoom: flag.optional().openapi({
    description: 'Who comes waits until a moderator lets them in. Switched off, it lets those in who wait.',
  }),
};

export const viewFields = {
  spotlight: z
    .string('must be a text or null')
    .max(128, 'must have at most 128 characters')
    .nullable()
    .optional()
    .openapi({ description: 'The participant whom everybody sees large; null: nobody.' }),
  layout: layout.nullable().optional().openapi({ description: 'For everybody; null: as everybody likes.' }),
  hideVideoMuted: flag.optional().openapi({ description: 'People without a picture have no tile.' }),
};

const device = z.enum(['on', 'off', 'unavailable']).nullable();
const moment = z.iso.datetime();

export const roomSchema = z
  .object({
    name: z.string(),
    displayName: z.string(),
    isAudioOnly: z.boolean(),
    isLocked: z.boolean(),
    hasWaitingRoom: z.boolean(),
    isMuted: z.boolean(),
    spotlightId: z.string().nullable(),
    layout: layout.nullable(),
    hidesVideoMuted: z.boolean(),
    maxParticipants: z.number().int(),
    closesAt: moment.nullable(),
    participantCount: z.number().int().openapi({ description: 'People and phones.' }),
    waitingCount: z.number().int(),
  })
  .openapi('Room');

const publishedStream = z.object({
  id: z.string(),
  videoType: z.enum(['camera', 'screen']),
  name: z.string(),
  hasAudio: z.boolean(),
  hasVideo: z.boolean(),
  layoutClasses: z.array(z.string()),
});

export const participantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    isPhone: z.boolean(),
    presence: z.enum(['joining', 'connected', 'reconnecting']),
    microphone: device,
    camera: device,
    network: z.enum(['good', 'fair', 'poor']).nullable(),
    handRaisedAt: moment.nullable(),
    isSpeakingAllowed: z.boolean(),
    isDeaf: z.boolean(),
    streams: z.array(publishedStream),
    data: z.string().nullable(),
    joinedAt: moment,
  })
  .openapi('Participant');

export const streamSchema = publishedStream.extend({ participantId: z.string() }).openapi('Stream');

export const waitingSchema = z.object({ id: z.string(), name: z.string() }).openapi('WaitingPerson');

const someone = z.object({ id: z.string(), name: z.string() }).nullable();

export const messageSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    data: z.unknown(),
    from: someone.openapi({ description: 'Null: the site itself.' }),
    to: someone.openapi({ description: 'Null: everybody.' }),
    sentAt: moment,
  })
  .openapi('Message');

export const recordType = z.enum(RECORD_TYPES);

const facts = z.record(z.string(), z.unknown());

export const entrySchema = z
  .object({
    id: z.string(),
    at: moment,
    room: z.string(),
    type: recordType,
    data: z
      .union([facts, z.array(facts)])
      .openapi({ description: 'What happened, by its type: those who wait as a list.' }),
  })
  .openapi('RecordEntry');

const permissions = z.array(permissionSchema).max(permissionSchema.options.length);
export const permissionChanges = z.strictObject({ grant: permissions.optional(), take: permissions.optional() });
