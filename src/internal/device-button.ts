/** What the microphone button and the camera button have in common. */
import { html, type TemplateResult } from 'lit';
import type { DeviceState } from '../room/state.js';
import { renderIcon, type Icon } from './icon.js';

export interface DeviceButton {
  readonly device: DeviceState;
  /** Says what a press does, or why it does nothing. */
  readonly label: string;
  readonly icon: Icon;
  readonly disabled: boolean;
  readonly onPress: () => void;
}

export function renderDeviceButton({ device, label, icon, disabled, onPress }: DeviceButton): TemplateResult {
  return html`<button
    part="button ${device.on ? 'on' : 'off'}"
    class=${device.on ? 'on' : 'off'}
    type="button"
    aria-label=${label}
    title=${label}
    ?disabled=${disabled}
    @click=${onPress}
  >
    <slot name=${device.on ? 'on' : 'off'}>${renderIcon(icon)}</slot>
  </button>`;
}
