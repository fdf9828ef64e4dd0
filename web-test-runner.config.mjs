/** The elements' tests: real elements in Chromium, beside a running room service and local platform. */
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { countReporter } from './scripts/count-wtr.mjs';
import { blockedRequests } from './test/helpers/wtr-blocked-requests.mjs';
import { builtModules } from './test/helpers/wtr-built-modules.mjs';
import { endpoints } from './test/helpers/wtr-endpoints.mjs';
import { roomService } from './test/helpers/wtr-room-service.mjs';
import { scriptedEndpoints } from './test/helpers/wtr-scripts.mjs';

const { CHROMIUM_ARGS, chromiumPath } = await tsImport('./test/helpers/browser.ts', import.meta.url);

export default {
  files: 'test/elements/**/*.test.ts',
  nodeResolve: true,
  concurrency: 2,
  browsers: [
    playwrightLauncher({
      product: 'chromium',
      launchOptions: {
        executablePath: chromiumPath(),
        args: [...CHROMIUM_ARGS, '--enable-blink-features=ComputedAccessibilityInfo'],
      },
    }),
  ],
  middleware: [endpoints, scriptedEndpoints],
  plugins: [
    builtModules(['/src/providers/bandwidth/sdk.ts', '/src/internal/icons.ts', '/src/internal/people-icons.ts']),
    esbuildPlugin({ ts: true, tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)) }),
    roomService(),
    blockedRequests(),
  ],
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  reporters: [defaultReporter(), ...(process.env.TEST_COUNTS ? [countReporter(process.env.TEST_COUNTS)] : [])],
  testFramework: { config: { timeout: '10000' } },
  testsFinishTimeout: 120_000,
};
