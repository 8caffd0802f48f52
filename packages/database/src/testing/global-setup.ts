import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The test server's addresses; its owner's database is the migrated template, to which no test must connect. */
    rackGatewayDatabase: { ownerUrl: string; runtimeUrl: string; adminUrl: string }
  }
}

/** One real PostgreSQL for the whole run, with a migrated template that `createTestDatabase` copies. */
export default async function startDatabase(project: TestProject) {
  // Vitest loads all global setups before it runs the first one, which builds the packages that these modules import.
  const { roleOf } = await import('../explain.ts')
  const { migrate } = await import('../migrate.ts')
  const { startTestServer } = await import('./server.ts')
  const { ownerUrl, runtimeUrl, adminUrl, stop } = await startTestServer()
  await migrate(ownerUrl, { runtimeRole: roleOf(runtimeUrl) })
  project.provide('rackGatewayDatabase', { ownerUrl, runtimeUrl, adminUrl })
  return stop
}
