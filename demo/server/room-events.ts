/** What happens in rooms, for those who listen to the room channel. */

export interface RoomEvents {
  /**
   * Tells who listens to the room.
   * @param type such as `call-changed`
   * @param data what becomes JSON
   * @param to bearers of those it is for. Default: everybody
   */
  publish(room: string, type: string, data: object, to?: readonly string[]): void;
  /** The room is gone: nobody can listen to it any more. */
  end(room: string): void;
}
