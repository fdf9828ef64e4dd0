/** Where the run's room service answers, for element tests. No slash at the end. */
export const serverUrl: string = await (await fetch('/__room-service-url')).text();
