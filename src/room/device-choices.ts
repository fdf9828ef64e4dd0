/** Which devices the person prefers: by id, and because browsers change ids, by label. */
import type { DeviceInfo, SelectableKind } from './devices.js';
import { recall, remember } from './remembered.js';

export class DeviceChoices {
  readonly #choices = new Map<SelectableKind, DeviceInfo | undefined>();
  readonly #isRemembering: () => boolean;

  /** @param isRemembering whether choices are kept from visit to visit */
  constructor(isRemembering: () => boolean) {
    this.#isRemembering = isRemembering;
  }

  get(kind: SelectableKind): DeviceInfo | undefined {
    if (!this.#choices.has(kind) && this.#isRemembering()) this.#choices.set(kind, parse(recall(kind)));
    return this.#choices.get(kind);
  }

  set(kind: SelectableKind, { id, label }: DeviceInfo): void {
    this.#choices.set(kind, { id, label });
    if (this.#isRemembering()) remember(kind, JSON.stringify({ id, label }));
  }

  /** The chosen device among those that are there, if it is. */
  find(kind: SelectableKind, devices: readonly DeviceInfo[]): DeviceInfo | undefined {
    const choice = this.get(kind);
    return devices.find(({ id }) => id === choice?.id) ?? devices.find(({ label }) => label && label === choice?.label);
  }
}

/** Anything can be in a page's storage. */
function parse(text: string): DeviceInfo | undefined {
  try {
    const { id, label } = JSON.parse(text) as Partial<Record<keyof DeviceInfo, unknown>>;
    return typeof id === 'string' && typeof label === 'string' ? { id, label } : undefined;
  } catch {
    return undefined;
  }
}
