import { readFileSync, statfsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const integration = ['{packages,apps,bench}/**/src/**/*.integration.test.ts', '{e2e,infra/test}/**/*.test.ts']

/** Omits the export condition `module`: packages use it for bundlers, and Node can't load all of that code. */
const builtConditions = ['node', 'import', 'default']
const sourceConditions = ['@rack-gateway/source', ...builtConditions]

const memory = '/dev/shm'
const neededMemory = 4 * 1024 ** 3

/** Databases of tests need not survive a crash. In memory, commits and `DROP DATABASE` do not wait for a disk. */
function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || process.platform !== 'linux') return
  const isExecutable = new RegExp(`^\\S+ ${memory} tmpfs (?!\\S*noexec)`, 'm').test(
    readFileSync('/proc/mounts', 'utf8'),
  )
  if (!isExecutable) return
  const { bavail, bsize } = statfsSync(memory)
  if (bavail * bsize >= neededMemory) process.env.TMPDIR = memory
}

/**
 * `--mode unit`: tests that need no socket, process, or database. They import other packages from source.
 * `--mode integration`: all other tests. They import other packages from `dist`, which Node loads faster, and start
 * the built programs. Without a mode, all tests run as integration tests do.
 *
 * All test files of a worker share one process, so each file must restore the state of the process.
 */
export default defineConfig(({ mode }) => {
  const isUnit = mode === 'unit'
  if (!isUnit) keepTemporaryFilesInMemory()
  const conditions = isUnit ? sourceConditions : builtConditions
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include:
        mode === 'integration'
          ? integration
          : ['{packages,apps,examples,bench,infra}/**/{src,test}/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist*/**', ...(isUnit ? integration : [])],
      server: { deps: { external: [/\/dist(-modules|-test)?\//] } },
      pool: 'forks',
      // Integration tests spend half of their time waiting.
      maxWorkers: Math.max(isUnit ? 2 : 3, availableParallelism() - 1),
      isolate: false,
      setupFiles: [
        'packages/testing/src/vitest/property-runs.ts',
        ...(isUnit ? ['packages/testing/src/vitest/unit-setup.ts'] : []),
      ],
      globalSetup: isUnit
        ? []
        : ['packages/testing/src/vitest/build-programs.ts', 'packages/database/src/testing/global-setup.ts'],
      // These limits only stop tests that hang. They are high enough for a busy machine.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 60_000 } },
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  }
})
