/** Who may come into which room, and as whom: the site decides, by one hook. */
import { invalidInvitation, type Invitations } from './invitations.js';
import { Problem, type ProblemCode } from './problem.js';
import type { PermissionChanges, Role } from './roles.js';
import type { JoinRequest } from './room-service.js';

/** What somebody asks for who wants to come in. */
export interface AskedEntry {
  readonly room: string;
  readonly name: string;
  /** As it came: anybody may have made it. */
  readonly invite?: string | undefined;
  readonly role?: Role | undefined;
  /** Whether somebody who moderates is in the room. */
  readonly hasModerator: boolean;
}

export interface Permit {
  readonly role: Role;
  /** How the person's permissions differ from the role's. */
  readonly permissions?: PermissionChanges | undefined;
  /** Default: the name that was asked for. */
  readonly name?: string | undefined;
  /** For the others' pages: text of any content. */
  readonly data?: string | undefined;
  /** Of the streams that the person will publish. */
  readonly layoutClasses?: readonly string[] | undefined;
  /** Whoever is removed from the room does not come in with this one again. */
  readonly invitationId?: string | undefined;
  /** Comes in although the room is locked. Default: false. */
  readonly mayEnterLocked?: boolean | undefined;
}

export interface Refusal {
  readonly refused: true;
  /** A sentence for the person. */
  readonly detail: string;
  /** Default: `endpoint-unauthorized`. */
  readonly code?: ProblemCode | undefined;
}

/**
 * Decides about somebody who wants to come in. Not asked again when the same person comes back to the same seat.
 * @param request with the headers that the page has sent, its cookies among them; its body is read already
 */
export type Authorize = (request: Request, asked: AskedEntry) => Promise<Permit | Refusal> | Permit | Refusal;

/**
 * Rooms that anybody may open and enter.
 * @param options.mayModerate whether anybody may also be a moderator: who asks for it, and the first one while nobody is.
 *   For trying things out; else moderators need an invitation
 */
export function openRooms({ invitations, mayModerate }: { invitations: Invitations; mayModerate: boolean }): Authorize {
  return (_request, { invite, room, role, hasModerator }) => {
    if (invite !== undefined) return invitedTo(room, invite, invitations);
    const wanted = role ?? (hasModerator ? 'guest' : 'moderator');
    return { role: wanted === 'moderator' && !mayModerate ? 'guest' : wanted };
  };
}

/** Only who has an invitation comes in. */
export function invitedOnly(invitations: Invitations): Authorize {
  return (_request, { invite, room }) =>
    invite === undefined
      ? { refused: true, detail: 'You need an invitation to come in.', code: 'invitation-invalid' }
      : invitedTo(room, invite, invitations);
}

/** Asks the policy. @throws Problem where it refuses */
export async function permitEntry(authorize: Authorize, request: Request, asked: AskedEntry): Promise<JoinRequest> {
  const answer = await authorize(request, asked);
  if ('refused' in answer) throw new Problem(403, answer.detail, { code: answer.code });
  const { role, permissions = {}, name, data, layoutClasses, invitationId, mayEnterLocked = false } = answer;
  return {
    room: asked.room,
    name: name || asked.name,
    isNameGiven: Boolean(name),
    role,
    permissionChanges: permissions,
    data,
    layoutClasses,
    invitationId,
    mayEnterLocked,
  };
}

async function invitedTo(room: string, invite: string, invitations: Invitations): Promise<Permit> {
  const { id: invitationId, room: invitedRoom, ...permit } = await invitations.read(invite);
  if (invitedRoom !== room) throw invalidInvitation('The invitation is for another room.');
  return { ...permit, invitationId, mayEnterLocked: permit.role === 'moderator' };
}
