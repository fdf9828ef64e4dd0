/** Media over Bandwidth's WebRTC platform. */
import type { MediaProvider } from '../../room/media-connection.js';
import { connect } from './bandwidth-connection.js';

export const provider: MediaProvider = { connect };
