/** A room in which phones are called, without a phone. */
import type { CallState, CallStatus, RoomState } from '../../../src/room/state.js';
import { GivenRoom, people } from './given-room.js';

export interface Dialed {
  readonly number: string;
  readonly name: string;
  readonly endpoint: string;
}

export class GivenPhones extends GivenRoom {
  readonly dialed: Dialed[] = [];

  constructor(changes: Partial<RoomState> = {}, id = 'given') {
    super({ connection: 'connected', dialing: 'available', participants: people(), ...changes }, id);
    this.reactions['dial'] = (number, options) => {
      const { name = '', endpoint = '' } = options as Partial<Dialed>;
      this.dialed.push({ number: String(number), name, endpoint });
      this.add({ id: `call-${this.dialed.length}`, number: String(number), name, isOwn: true });
    };
  }

  /** A call that begins. */
  add(call: Partial<CallState>): void {
    const { calls } = this.state;
    this.set({ calls: [...calls, { id: '', number: '', name: '', status: 'dialing', isOwn: false, ...call }] });
  }

  /** How a call goes on. */
  change(id: string, status: CallStatus, facts: Partial<CallState> = {}): void {
    this.set({ calls: this.state.calls.map((call) => (call.id === id ? { ...call, status, ...facts } : call)) });
  }

  /** What was asked of the room, but for dialing. */
  get asked(): string[] {
    return this.calls.filter((call) => !call.startsWith('dial '));
  }
}
