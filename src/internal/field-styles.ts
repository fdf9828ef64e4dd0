import { css } from 'lit';

/** A text field or a list to choose from, below its label. */
export const fieldStyles = css`
  label {
    display: grid;
    gap: 0.25rem;
  }

  input,
  select {
    inline-size: 100%;
    min-inline-size: 0;
    min-block-size: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--video-room-field-border, #8a93a3);
    border-radius: var(--video-room-field-radius, 0.5rem);
    background: var(--video-room-field, #fff);
    color: var(--video-room-field-text, #14171c);
    font: inherit;
    text-overflow: ellipsis;
  }

  input:focus-visible,
  select:focus-visible {
    outline: 3px solid var(--video-room-focus, #8ab4ff);
    outline-offset: 2px;
  }

  select:disabled,
  input:disabled {
    opacity: 0.6;
  }

  p {
    margin: 0;
  }
`;
