import { css } from 'lit';

export const tileStyles = css`
  :host {
    display: block;
    aspect-ratio: 16 / 9;
    min-inline-size: 0;
  }

  .tile {
    position: relative;
    inline-size: 100%;
    block-size: 100%;
    overflow: hidden;
    border-radius: var(--video-room-radius, 0.75rem);
    background: var(--video-room-tile, #2a303c);
    color: var(--video-room-tile-text, #f4f5f7);
    container-type: size;
  }

  .tile.speaking::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 3px solid var(--video-room-speaking, #7ee2a8);
    border-radius: inherit;
    pointer-events: none;
  }

  .tile.unreachable video,
  .tile.unreachable .avatar {
    opacity: 0.4;
  }

  video {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    object-fit: var(--video-room-fit, cover);
    visibility: hidden;
  }

  video.screen,
  :host(:fullscreen) video {
    object-fit: contain;
  }

  video.shown {
    visibility: visible;
  }

  video.mirrored {
    transform: scaleX(-1);
  }

  .avatar {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    inline-size: min(50cqb, 50cqi);
    block-size: min(50cqb, 50cqi);
    margin: auto;
    border-radius: 50%;
    background: var(--video-room-avatar, #4a5568);
    font-size: min(20cqb, 20cqi);
    user-select: none;
  }

  .label {
    position: absolute;
    inset-block-end: 0.4rem;
    inset-inline-start: 0.4rem;
    display: flex;
    align-items: center;
    gap: 0.3rem;
    max-inline-size: calc(100% - 0.8rem);
    padding: 0.15rem 0.5rem;
    border-radius: 0.4rem;
    background: rgb(0 0 0 / 65%);
    color: #fff;
    font-size: clamp(0.75rem, 20cqb, 0.875rem);
  }

  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .label .icon {
    flex: none;
    inline-size: 1em;
    block-size: 1em;
  }

  .controls {
    position: absolute;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.25rem;
    display: flex;
    gap: 0.25rem;
  }

  button {
    --size: clamp(1.75rem, 30cqmin, 2.25rem);

    min-inline-size: var(--size);
    min-block-size: var(--size);
    padding: 0;
    background: rgb(0 0 0 / 65%);
    color: #fff;
  }

  button[aria-pressed='true'] {
    background: var(--video-room-accent, #2f6feb);
  }

  :host(:fullscreen) .tile {
    border-radius: 0;
  }

  @media (hover: hover) {
    .tile:not(:hover) .controls:not(:focus-within) {
      opacity: 0;
    }
  }

  @media (forced-colors: active) {
    .tile {
      outline: 1px solid;
      outline-offset: -1px;
    }

    .tile.speaking::after {
      border-color: Highlight;
    }
  }
`;
