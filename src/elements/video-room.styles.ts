import { css } from 'lit';

export const videoRoomStyles = css`
  :host {
    display: block;
  }

  /* As high as the page says, or else in proportion to its width. */
  .default {
    display: flex;
    flex-direction: column;
    justify-content: safe center;
    gap: 0.5rem;
    padding: 0.75rem;
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 24rem;
    max-block-size: 100dvh;
    aspect-ratio: 16 / 11;
    overflow: hidden;
    background: var(--video-room-background, #171a21);
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

  .controls {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 0.75rem;
  }

  .status,
  .error {
    text-align: center;
  }

  .status {
    min-block-size: 1.4em;
    opacity: 0.85;
  }

  .error {
    color: var(--video-room-error, #ffb4ab);
  }

  .error:empty {
    display: none;
  }

  .lobby {
    display: grid;
    justify-content: center;
    grid-template-columns: minmax(0, 22rem);
    gap: 1rem;
    min-block-size: 0;
    padding: 0.5rem;
    overflow: auto;
  }

  .title {
    font-size: 1.4em;
    font-weight: 600;
    text-align: center;
    overflow-wrap: anywhere;
  }

  label {
    display: grid;
    gap: 0.25rem;
  }

  label[hidden] {
    display: none;
  }

  input {
    min-block-size: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid #8a93a3;
    border-radius: 0.5rem;
    background: #fff;
    color: #14171c;
    font: inherit;
  }

  .join {
    background: var(--video-room-accent, #2f6feb);
    color: var(--video-room-accent-text, #fff);
  }
`;
