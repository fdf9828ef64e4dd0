import { css } from 'lit';

export const participantListStyles = css`
  :host {
    display: block;
    /* Where it is scrolled, what is read out only is scrolled with it. */
    position: relative;
    max-inline-size: 100%;
  }

  header,
  li,
  .answers {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }

  h2,
  h3 {
    flex: 1;
    margin: 0;
    font-size: 1em;
  }

  section {
    margin-block: 0.5rem;
    padding-block-end: 0.5rem;
    border-block-end: 1px solid;
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    gap: 0.25rem;
    min-block-size: 3rem;
    padding-block: 0.125rem;
  }

  .who {
    flex: 1;
    min-inline-size: min(7rem, 100%);
  }

  /* A name of any length takes three lines at most. */
  .name {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
  }

  small {
    display: block;
    opacity: 0.85;
  }

  /* Of what is read out and can be seen elsewhere. */
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  .mark {
    display: inline-flex;
    padding: 0.15rem;
    border-radius: 50%;
  }

  .speaking {
    outline: 2px solid var(--video-room-speaking, light-dark(#16794a, #7ee2a8));
  }

  .unavailable {
    opacity: 0.5;
  }

  li .opener {
    padding-inline: 0.5rem;
    background: none;
    color: inherit;
  }

  li .opener:hover,
  [aria-expanded='true'] {
    border-color: currentColor;
  }

  /* So that everybody's marks are below each other. */
  ul:has(.opener) li:not(:has(.opener)) {
    padding-inline-end: 3rem;
  }

  [aria-disabled='true'] {
    opacity: 0.5;
    cursor: not-allowed;
  }

  [aria-busy='true'] {
    cursor: progress;
  }

  [aria-pressed='true']::after {
    content: '✓' / '';
  }

  [popover] {
    inline-size: min(20rem, 100vw - 1rem);
    max-block-size: calc(100dvh - 1rem);
    padding: 0.75rem;
    border: 1px solid var(--video-room-field-border, #8a93a3);
    border-radius: 0.75rem;
    background: var(--video-room-panel, Canvas);
    color: var(--video-room-panel-text, CanvasText);
  }

  /* Else in the middle of the page. */
  @supports (position-area: block-end) {
    [popover] {
      inset: auto;
      /* Of the room below the button, or else above it, which it does not cover. */
      max-block-size: calc(100% - 0.5rem);
      margin: 0.25rem;
      position-area: block-end span-inline-start;
      position-try: most-block-size flip-block;
    }
  }

  form,
  fieldset,
  .actions {
    display: grid;
    gap: 0.25rem;
  }

  .title {
    margin-block-end: 0.5rem;
    font-weight: bold;
    overflow-wrap: anywhere;
  }

  .actions button {
    justify-content: space-between;
    text-align: start;
  }

  fieldset {
    max-block-size: 12rem;
    margin: 0;
    overflow: auto;
  }

  fieldset label {
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 0.5rem;
    min-block-size: 2rem;
    overflow-wrap: anywhere;
  }

  [type='checkbox'] {
    inline-size: 1.25rem;
    min-block-size: 1.25rem;
  }

  .answers {
    justify-content: end;
  }
`;
