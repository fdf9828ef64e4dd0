import { css } from 'lit';

export const chatPanelStyles = css`
  /* As high as the page says, or else as its messages, up to what fits the window. */
  :host {
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    block-size: 100%;
    max-block-size: 100dvh;
    /* The rings of what has the focus have their place. */
    padding: 0.375rem;
    overflow: hidden auto;
    background: var(--video-room-panel, Canvas);
    color: var(--video-room-panel-text, CanvasText);
  }

  .messages {
    position: relative;
    display: flex;
    flex: 1;
    min-block-size: 5rem;
  }

  /* From the end, so that what is there stays at the end by itself, whatever is added or changes its size. */
  [role='log'] {
    display: flex;
    flex: 1;
    flex-direction: column-reverse;
    overflow: hidden auto;
    overscroll-behavior: contain;
  }

  [role='log']:focus-visible,
  textarea:focus-visible {
    outline: 3px solid var(--video-room-focus, #8ab4ff);
    outline-offset: -3px;
  }

  [role='log'] > div {
    margin-block-end: auto;
  }

  /* Over the last line of the newest message: who sees that has seen it. */
  .end {
    block-size: 1rem;
    margin-block-start: -1rem;
    pointer-events: none;
  }

  .messages button {
    position: absolute;
    inset: auto 0 0.5rem;
    inline-size: fit-content;
    margin: auto;
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    margin-block-start: 0.25rem;
    overflow-wrap: anywhere;
  }

  li.own {
    justify-items: end;
  }

  /* Towers of accents end where the message does. */
  li p {
    max-inline-size: 100%;
    overflow: hidden;
  }

  [part='sender'] {
    max-block-size: 4.2em;
    margin-block-start: 0.5rem;
    font-size: 0.85em;
  }

  [part='sender'] bdi {
    /* Each a paragraph of its own, which no sign inside can leave. */
    display: inline-block;
    max-inline-size: 100%;
  }

  [part='sender'] bdi:first-child {
    font-weight: 600;
  }

  li [part='text'] {
    max-inline-size: 90%;
    padding: 0.3rem 0.7rem;
    /* Seen where colours are forced. */
    border: 1px solid transparent;
    border-radius: 0.75rem;
    background: color-mix(in srgb, currentColor 8%, transparent);
    white-space: pre-wrap;
  }

  .own [part='text'] {
    background: color-mix(in srgb, var(--video-room-accent, #2f6feb) 22%, transparent);
  }

  [part='text'].private,
  textarea.private {
    border: 1px dashed currentColor;
  }

  a {
    color: inherit;
  }

  /* Of what is read out and can be seen elsewhere. */
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: end;
    gap: 0.5rem;
  }

  [part='notice'],
  label,
  [part='count'] {
    grid-column: 1 / -1;
  }

  [part='notice'] {
    max-block-size: 4.2em;
    overflow: auto;
    overflow-wrap: anywhere;
    color: var(--video-room-panel-error, light-dark(#a5201a, #ffb4ab));
  }

  /* They take no place, but are there for what is read out later. */
  p:empty {
    position: absolute;
  }

  label {
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 0.5rem;
  }

  /* The text is laid out twice: behind the field, which so becomes as high as it. */
  .field {
    display: grid;
    max-block-size: 8rem;
  }

  .field::after {
    content: attr(data-text) ' ';
    visibility: hidden;
  }

  textarea,
  .field::after {
    grid-area: 1 / 1;
    min-inline-size: 0;
    min-block-size: 2.75rem;
    max-block-size: 8rem;
    padding: 0.6rem 0.75rem;
    border: 1px solid var(--video-room-field-border, #8a93a3);
    font: inherit;
    overflow: hidden auto;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  textarea {
    border-radius: var(--video-room-field-radius, 0.5rem);
    background: var(--video-room-field, #fff);
    color: var(--video-room-field-text, #14171c);
    resize: none;
  }

  textarea:disabled {
    opacity: 0.6;
  }

  [part='count'] {
    font-size: 0.85em;
  }
`;
