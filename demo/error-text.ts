/** What a line of the log says of an error. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same of a failed `fetch`, which has what is wrong as its cause. */
export function fetchErrorText(error: unknown): string {
  return errorText(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
