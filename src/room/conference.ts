/** What an endpoint with a room channel knows of a meeting and lets people do in it, beside the media. */
import type { Layout } from './layout.js';

/** What is done to somebody else. */
export interface MemberChange {
  /** `ask`: asks the person to switch it on. */
  readonly microphone?: 'off' | 'ask';
  readonly camera?: 'off' | 'ask';
  /** Lowers the hand. */
  readonly hand?: false;
  readonly role?: 'moderator' | 'guest' | 'viewer';
  readonly deaf?: boolean;
}

/** How the meeting is run from now on, for everybody. */
export interface RoomChange {
  readonly locked?: boolean;
  readonly waitingRoom?: boolean;
  /** Mutes everybody but moderators and these participants, also who comes later, until it is `false` again. */
  readonly muted?: { readonly except: readonly string[] } | false;
  /** A participant, or null: nobody. */
  readonly spotlight?: string | null;
  readonly layout?: Layout;
  readonly hideVideoMuted?: boolean;
}

export class Conference {
  send(_type: string, _data: unknown, _toId?: string): Promise<boolean> {
    return Promise.resolve(false);
  }

  raiseHand(_isRaised: boolean): Promise<void> {
    return Promise.resolve();
  }

  moderate(_participantId: string, _change: MemberChange): Promise<void> {
    return Promise.resolve();
  }

  remove(_participantId: string, _reason?: string): Promise<void> {
    return Promise.resolve();
  }

  admit(_waitingId: string, _isAdmitted: boolean): Promise<void> {
    return Promise.resolve();
  }

  changeRoom(_change: RoomChange): Promise<void> {
    return Promise.resolve();
  }

  endForAll(): Promise<void> {
    return Promise.resolve();
  }
}
