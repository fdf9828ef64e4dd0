import { css } from 'lit';

export const roomLobbyStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  :host(:state(meeting)) {
    display: none;
  }

  .lobby {
    display: grid;
    gap: 1rem;
    inline-size: min(100%, 22rem);
    margin: auto;
    padding: 0.5rem;
  }

  .preview,
  .fields {
    display: grid;
    align-content: start;
    gap: 0.75rem;
    min-inline-size: 0;
  }

  .title {
    font-size: 1.4em;
    font-weight: 600;
    text-align: center;
    overflow-wrap: anywhere;
  }

  /* It takes no place, but is there for what is read out later. */
  .hint:empty {
    position: absolute;
  }

  [hidden] {
    display: none;
  }

  .join {
    background: var(--video-room-accent, #2f6feb);
    color: var(--video-room-accent-text, #fff);
  }

  @container (inline-size >= 42rem) {
    .lobby.wide {
      grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
      gap: 1rem 1.5rem;
      inline-size: min(100%, 60rem);
    }

    .title {
      grid-column: 1 / -1;
    }
  }
`;
