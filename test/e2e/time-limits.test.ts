/** Refusals that take as long as the time limit that ends the wait. */
import { refusalTest } from '../helpers/refusal.js';

refusalTest({
  what: 'signalling that never answers',
  code: 'connect-timeout',
  sentence: /took too long/,
  breakIt: (_, { proxy }) => proxy.silence(),
  repairIt: (_, { proxy }) => proxy.restore(),
});
