/** The microphones, cameras and speakers of this machine, kept right as they are plugged in and out. */
import { mediaDevices, type DeviceInfo, type SelectableKind } from './devices.js';

export type DeviceLists = Readonly<Record<SelectableKind, readonly DeviceInfo[]>>;

const KIND = { audioinput: 'microphone', videoinput: 'camera', audiooutput: 'speaker' } as const;

/** Empty lists where the browser has no devices for this page. */
export async function listDevices(): Promise<DeviceLists> {
  const lists: Record<SelectableKind, DeviceInfo[]> = { microphone: [], camera: [], speaker: [] };
  try {
    for (const { kind, deviceId: id, label } of await navigator.mediaDevices.enumerateDevices()) {
      // Some browsers list a device of each kind before the person has allowed any, without saying which.
      lists[KIND[kind]].push({ id, label });
    }
  } catch {
    // Without a secure context, or without any device support.
  }
  return lists;
}

export class DeviceList {
  readonly #onChange: (lists: DeviceLists) => void;
  #watching: AbortController | undefined;
  #pass = 0;

  constructor(onChange: (lists: DeviceLists) => void) {
    this.#onChange = onChange;
  }

  start(): void {
    if (this.#watching) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    // Listening first: what is plugged in while the devices are being listed is not missed.
    mediaDevices()?.addEventListener('devicechange', () => void this.refresh(), { signal });
    void this.refresh();
  }

  stop(): void {
    this.#watching?.abort();
    this.#watching = undefined;
  }

  /** To be called too when the person has allowed devices, which makes labels known. */
  async refresh(): Promise<void> {
    const pass = ++this.#pass;
    const lists = await listDevices();
    // A later pass knows better.
    if (pass === this.#pass && this.#watching) this.#onChange(lists);
  }
}
