import { css } from 'lit';

export const videoRoomStyles = css`
  :host {
    display: block;
    overflow: auto;
  }

  :host(:state(default)) {
    display: flex;
    flex-direction: column;
  }

  /* As high as the page says, or else in proportion to its width. */
  .default {
    display: flex;
    flex: auto;
    flex-direction: column;
    justify-content: safe center;
    gap: 0.5rem;
    padding: 0.75rem;
    min-block-size: 24rem;
    max-block-size: 100dvh;
    aspect-ratio: 16 / 11;
    overflow: hidden;
    background: var(--video-room-background, #171a21);
    color: var(--video-room-text, #f4f5f7);
    color-scheme: dark;
  }

  /* A form is as high as what is in it; where the page leaves less room, it is scrolled. */
  .outside {
    flex-shrink: 0;
    min-block-size: auto;
    max-block-size: none;
    overflow: visible;
  }

  @media (width < 40rem) {
    .default {
      aspect-ratio: 2 / 3;
    }
  }

  /* In a narrow meeting the panel is below the tiles. How wide it is, no query out here can ask. */
  .default:has(.beside) {
    min-block-size: min(44rem, 100dvh);
  }

  p {
    margin: 0;
  }

  .meeting {
    flex: 1;
    min-block-size: 0;
    container-type: inline-size;
  }

  .areas {
    display: grid;
    grid-template: 'grid' minmax(0, 1fr) 'controls' auto / minmax(0, 1fr);
    gap: 0.5rem;
    block-size: 100%;
  }

  .beside {
    grid-template: 'grid panel' minmax(0, 1fr) 'controls controls' auto / minmax(0, 1fr) 20rem;
  }

  @container (width < 45rem) {
    .beside {
      grid-template:
        'grid' minmax(0, 2fr)
        'panel' minmax(0, 3fr)
        'controls' auto / minmax(0, 1fr);
    }
  }

  participant-grid,
  room-news {
    grid-area: grid;
    min-block-size: 0;
  }

  room-panel {
    grid-area: panel;
  }

  /* Over the tiles. A panel that is closed takes no place. */
  unmute-prompt,
  .areas:not(.beside) room-panel {
    grid-area: grid;
    z-index: 1;
    align-self: start;
  }

  control-bar {
    grid-area: controls;
  }

  room-status,
  .error {
    text-align: center;
  }

  room-status {
    opacity: 0.85;
  }

  .error {
    color: var(--video-room-error, #ffb4ab);
  }

  .error:empty {
    display: none;
  }
`;
