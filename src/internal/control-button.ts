/** What the buttons of a meeting have in common. */
import { html, nothing, type TemplateResult } from 'lit';
import { renderIcon, type Icon } from './icon.js';
import type { Localize } from './localize.js';

export interface ControlButton {
  readonly localize: Localize;
  /** Says what a press does, or why it does nothing. */
  readonly label: string;
  readonly icon: Icon;
  readonly disabled: boolean;
  /** The keys that do the same; empty: none. */
  readonly shortcut: string;
  /** Which of two states the button shows; left out where it has one only. */
  readonly on?: boolean;
  /** How the button stands out. */
  readonly tone?: 'off' | 'accent' | 'danger' | '';
  readonly onPress: () => void;
}

export function renderControlButton(button: ControlButton): TemplateResult {
  const { localize, label, icon, disabled, on, tone = '', onPress } = button;
  const shortcut = disabled ? '' : button.shortcut;
  const state = on === undefined ? '' : on ? 'on' : 'off';
  return html`<button
    part="button ${state}"
    class=${tone}
    type="button"
    aria-label=${label}
    aria-keyshortcuts=${shortcut || nothing}
    title=${shortcut ? localize.term('withShortcut', label, shortcut) : label}
    ?disabled=${disabled}
    @click=${onPress}
  >
    <slot name=${state || nothing}>${renderIcon(icon)}</slot>
  </button>`;
}
