/** Stands in for the SDK's logger: nobody listens to it, and the token is among what it is told. */
export default {
  level: 'off',
  debug(): void {},
  info(): void {},
  warn(): void {},
  error(): void {},
};
