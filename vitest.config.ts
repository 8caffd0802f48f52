import { defineConfig } from 'vitest/config'

/** Without `module`: what stands under it is for bundlers, and Node can't load all of it. */
const conditions = ['@rack-gateway/source', 'node', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      '{packages,apps,examples}/*/{src,test}/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'infra/test/**/*.test.ts',
    ],
    globalSetup: ['packages/database/src/testing/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
})
