/** The media providers a room can ask for by name. Each is loaded when a room first needs it. */
import { RoomError } from '../room/errors.js';
import type { MediaProvider } from '../room/media-connection.js';

/** Gets a provider's module: `() => import('./my-provider.js')`. Called again after it failed. */
export type ProviderLoader = () => Promise<{ readonly provider: MediaProvider }>;

const loaders = new Map<string, ProviderLoader>([['bandwidth', loadBandwidth]]);

/**
 * The class of errors goes in by hand. Were it imported there, the provider's file would import the one that a page
 * loads at first, by a name without the query that may be in the page (`video-room.js?ver=6.8`): another module.
 */
async function loadBandwidth(): ReturnType<ProviderLoader> {
  const { createProvider } = await import('./bandwidth/index.js');
  return { provider: createProvider((...facts) => new RoomError(...facts)) };
}

/** Adds a provider, or replaces the one of that name, for all rooms that join from now on. */
export function registerProvider(name: string, loader: ProviderLoader): void {
  loaders.set(name, loader);
}

/** @throws RoomError `provider-unknown`, or `provider-unavailable` when its code could not be loaded: try again */
export async function loadProvider(name: string): Promise<MediaProvider> {
  const loader = loaders.get(name);
  if (!loader) throw new RoomError('provider-unknown');
  try {
    return (await loader()).provider;
  } catch (cause) {
    throw new RoomError('provider-unavailable', { cause });
  }
}
