import { css, html, LitElement, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { fieldStyles } from '../internal/field-styles.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import type { DeviceInfo, DeviceKind, SelectableKind } from '../room/devices.js';
import { RoomError } from '../room/errors.js';
import type { DeviceState, RoomState, SpeakerState } from '../room/state.js';

interface PickerState {
  readonly device: DeviceState & Partial<Pick<SpeakerState, 'isSelectable'>>;
  readonly devices: readonly DeviceInfo[];
}

/**
 * Lets this person choose a camera, a microphone or a speaker, or none, before and in a meeting.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><device-picker kind="microphone"></device-picker></video-room>
 * ```
 *
 * @csspart label - What is chosen.
 * @csspart select - The native list.
 * @csspart note - Why nothing can be chosen, what went wrong, or which device stands in for one that is gone.
 * @cssproperty [--video-room-field=#fff] - Background of the list.
 * @cssproperty [--video-room-field-text=#14171c] - Colour of the list's text.
 * @cssproperty [--video-room-field-border=#8a93a3] - Colour of the list's frame.
 */
export class DevicePicker extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      :host {
        display: block;
      }

      p:not(:empty) {
        padding-block-start: 0.25rem;
        font-size: 0.875em;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('select') private readonly select!: HTMLSelectElement;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => this.#select(state));
  #kind: SelectableKind = 'camera';

  /** What is chosen: `camera`, `microphone` or `speaker`. Anything else counts as `camera`. */
  @property()
  get kind(): SelectableKind {
    return this.#kind;
  }

  set kind(kind: string | null) {
    this.#kind = kind === 'microphone' || kind === 'speaker' ? kind : 'camera';
  }

  override render(): TemplateResult {
    const { room, selected } = this.#room;
    const { device, devices } = selected;
    const isUsable = room && device.used && device.isSelectable !== false && devices.length > 0;
    return html`<label part="label">
        ${this.#localize.term(this.#kind)}
        <select part="select" aria-describedby="note" ?disabled=${!isUsable} @change=${() => void this.#choose()}>
          <option>${this.#localize.term(room && devices.length === 0 ? 'noneFound' : 'off')}</option>
          ${devices.map((_, index) => html`<option>${this.#nameOf(index)}</option>`)}
        </select>
      </label>
      <p part="note" id="note" role="status">${this.#note()}</p>`;
  }

  protected override updated(): void {
    this.select.selectedIndex = this.#selectedDevice + 1;
  }

  #select(state: RoomState): PickerState {
    return { device: { used: true, ...state[this.#kind] }, devices: state.devices[this.#kind] };
  }

  /** As a position in the list; -1: off. What is not in the list is the browser's default, which comes first. */
  get #selectedDevice(): number {
    const { device, devices } = this.#room.selected;
    if (!device.on || devices.length === 0) return -1;
    return Math.max(
      0,
      devices.findIndex(({ id }) => id === device.deviceId),
    );
  }

  #nameOf(index: number): string {
    const label = this.#room.selected.devices[index]?.label;
    return label || this.#localize.term('device', this.#localize.term(this.#kind), index + 1);
  }

  #note(): string {
    const { room, selected } = this.#room;
    const { used, isSelectable, failure, standsInFor } = selected.device;
    // Speakers are always used and never fail.
    const kind = this.#kind as DeviceKind;
    if (!room) return this.#localize.term('noRoom');
    if (!used) return this.#localize.term(`${kind}NotUsed`);
    if (isSelectable === false) return this.#localize.term('speakerNotSelectable');
    if (failure) return this.#localize.errorText(new RoomError(`${kind}-${failure}`));
    return standsInFor ? this.#localize.term('deviceReplaced', standsInFor, this.#nameOf(this.#selectedDevice)) : '';
  }

  async #choose(): Promise<void> {
    const { room, selected } = this.#room;
    const device = selected.devices[this.select.selectedIndex - 1];
    if (device) await room?.selectDevice(this.#kind, device.id);
    else if (this.#kind === 'speaker') room?.setSpeaker(false);
    else await room?.[this.#kind === 'camera' ? 'setCamera' : 'setMicrophone'](false);
    // Where that could not be, the choice goes back to what is used.
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'device-picker': DevicePicker;
  }
}
