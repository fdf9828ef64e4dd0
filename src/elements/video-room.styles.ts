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

  p {
    margin: 0;
  }

  .meeting {
    display: grid;
    flex: 1;
    grid-template-rows: minmax(0, 1fr) auto;
    gap: 0.5rem;
    min-block-size: 0;
  }

  participant-grid {
    min-block-size: 0;
  }

  control-bar {
    order: 1;
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
