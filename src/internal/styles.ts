/** What several elements look like. Every colour and length can be set through `--video-room-*`. */
import { css } from 'lit';

export const baseStyles = css`
  :host {
    box-sizing: border-box;
    /* Without a background of its own, so the colour of the page around it is one that can be read. */
    color: var(--video-room-text, inherit);
    font: var(--video-room-font, 1rem/1.4 system-ui, sans-serif);
  }

  :host([hidden]) {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
`;

export const buttonStyles = css`
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-inline-size: 2.75rem;
    min-block-size: 2.75rem;
    padding: 0.5rem 0.9rem;
    border: 1px solid transparent;
    border-radius: var(--video-room-button-radius, 1.375rem);
    background: var(--video-room-button, #3b4250);
    color: var(--video-room-button-text, #f4f5f7);
    font: inherit;
    cursor: pointer;
  }

  button:hover {
    filter: brightness(1.15);
  }

  button:focus-visible,
  input:focus-visible {
    outline: 3px solid var(--video-room-focus, #8ab4ff);
    outline-offset: 2px;
  }

  button:disabled {
    filter: none;
    opacity: 0.5;
    cursor: not-allowed;
  }

  /* Off stands out, but not like the button that leaves. */
  button.off {
    background: var(--video-room-button-off, #f4f5f7);
    color: var(--video-room-button-off-text, #a5201a);
  }

  button.accent {
    background: var(--video-room-accent, #2f6feb);
    color: var(--video-room-accent-text, #fff);
  }

  button.danger {
    background: var(--video-room-danger, #b3261e);
    color: var(--video-room-danger-text, #fff);
  }

  @media (forced-colors: active) {
    button.accent {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }

  .icon {
    inline-size: 1.4em;
    block-size: 1.4em;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
`;
