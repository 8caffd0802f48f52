import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const integration = ['{packages,apps,bench}/**/src/**/*.integration.test.ts', '{apps/demo,infra}/test/**/*.test.ts']

/** Without `module`: what stands under it is for bundlers, and Node can't load all of it. */
const built = ['node', 'import', 'default']
const source = ['@rack-gateway/source', ...built]

/**
 * `--mode unit`: tests that need no socket, process, or database. They import other packages from source.
 * Any other mode: all tests, or with `--mode integration` only those that need one of the three. They import other
 * packages as they are built, because Node loads those faster, and start the programs that were built.
 *
 * Test files share one process per worker: each must leave it as it was.
 */
export default defineConfig(({ mode }) => {
  const isUnit = mode === 'unit'
  const conditions = isUnit ? source : built
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include:
        mode === 'integration' ? integration : ['{packages,apps,examples,bench,infra}/**/{src,test}/**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist*/**', ...(isUnit ? integration : [])],
      server: { deps: { external: [/\/dist(-modules|-test)?\//] } },
      pool: 'forks',
      maxWorkers: Math.max(2, availableParallelism() - 1),
      isolate: false,
      setupFiles: [
        'packages/testing/src/vitest/property-runs.ts',
        ...(isUnit ? ['packages/testing/src/vitest/unit-setup.ts'] : []),
      ],
      globalSetup: isUnit
        ? []
        : ['packages/testing/src/vitest/build-programs.ts', 'packages/database/src/testing/global-setup.ts'],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      // Only against hanging: a busy machine must not miss it.
      expect: { poll: { timeout: 15_000 } },
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  }
})
