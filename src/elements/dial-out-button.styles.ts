import { css } from 'lit';

export const dialOutButtonStyles = css`
  :host {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    max-inline-size: 100%;
  }

  /* Of what is read out and can be seen elsewhere. */
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  .text {
    flex: 1 1 0;
    min-inline-size: min(10rem, 100%);
    max-block-size: 4.2em;
    overflow: auto;
    overflow-wrap: anywhere;
  }

  [popover] {
    inline-size: min(20rem, 100vw - 1rem);
    max-block-size: calc(100dvh - 1rem);
    padding: 1rem;
    border: 1px solid var(--video-room-field-border, #8a93a3);
    border-radius: 0.75rem;
    background: var(--video-room-panel, Canvas);
    color: var(--video-room-panel-text, CanvasText);
  }

  /* Else in the middle of the page. */
  @supports (position-area: top) {
    [popover] {
      inset: auto;
      /* Of the room above the button, or else below it, which it does not cover. */
      max-block-size: calc(100% - 1rem);
      margin: 0.5rem;
      position-area: top;
      position-try: most-block-size flip-block;
    }
  }

  form,
  li {
    display: grid;
    gap: 0.75rem;
  }

  .error {
    color: var(--video-room-panel-error, light-dark(#a5201a, #ffb4ab));
  }

  /* They take no place, but are there for what is read out later. */
  p:empty {
    position: absolute;
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    margin-block-start: 1rem;
    padding-block-start: 1rem;
    border-block-start: 1px solid var(--video-room-field-border, #8a93a3);
  }

  li p {
    max-block-size: 7em;
    overflow: auto;
    overflow-wrap: anywhere;
  }

  details {
    grid-column: 1 / -1;
  }

  summary {
    min-block-size: 2.75rem;
    align-content: center;
    cursor: pointer;
  }

  dial-pad {
    inline-size: 100%;
  }
`;
