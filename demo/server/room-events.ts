/** What happens in rooms, for those who listen to the room channel. */

export interface RoomEvents {
  /** Tells everybody who listens to the room. @param type such as `call-changed`; @param data what becomes JSON */
  publish(room: string, type: string, data: object): void;
  /** The room is gone: nobody can listen to it any more. */
  end(room: string): void;
}
