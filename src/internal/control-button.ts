/** What the buttons of a meeting have in common. */
import { html, nothing, type TemplateResult } from 'lit';
import { renderIcon, type Icon } from './icon.js';
import type { Localize } from './localize.js';
import { obstacleText, type Obstacle } from './permissions.js';

export interface ControlButton {
  readonly localize: Localize;
  /** Says what a press does. */
  readonly label: string;
  /** Why it does nothing; undefined where it does something. */
  readonly obstacle: Obstacle | undefined;
  readonly icon: Icon;
  /** The keys that do the same; empty: none. */
  readonly shortcut: string;
  /** Which of two states the button shows; left out where it has one only. */
  readonly on?: boolean;
  /** How the button stands out. */
  readonly tone?: 'off' | 'accent' | 'danger' | '';
  readonly onPress: () => void;
}

export function renderControlButton(button: ControlButton): TemplateResult {
  const { localize, obstacle, icon, on, tone = '', onPress } = button;
  const disabled = obstacle !== undefined;
  const label = disabled ? obstacleText(localize, obstacle) : button.label;
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
