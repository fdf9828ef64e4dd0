/** The process behind wtr-room-service.mjs: tells its address to who started it, and ends with it. */
import { startServer } from '../../demo/server/start-server.js';

const server = await startServer({ allowedOrigins: '*', joinsPerMinute: 100_000 });
process.on('disconnect', () => process.exit());
process.send?.(server.url);
