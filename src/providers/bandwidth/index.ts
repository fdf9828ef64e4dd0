/** Media over Bandwidth's WebRTC platform. Imports nothing from outside this folder but types. */
import type { MediaProvider } from '../../room/media-connection.js';
import { BandwidthConnection } from './bandwidth-connection.js';
import type { CreateError } from './create-error.js';

export function createProvider(createError: CreateError): MediaProvider {
  return {
    async connect(options) {
      const connection = new BandwidthConnection(options, createError);
      await connection.open(options.grant, options.signal);
      return connection;
    },
  };
}
