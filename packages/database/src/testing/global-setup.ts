import type { TestProject } from 'vitest/node'
import { roleOf } from '../explain.ts'
import { migrate } from '../migrate.ts'
import { startTestServer } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The test server's addresses; its owner's database is the migrated template, which nobody may connect to. */
    rackGatewayDatabase: { ownerUrl: string; runtimeUrl: string; adminUrl: string }
  }
}

/** One real PostgreSQL for the whole run, with a migrated template that `createTestDatabase` copies. */
export default async function startDatabase(project: TestProject) {
  const { ownerUrl, runtimeUrl, adminUrl, stop } = await startTestServer()
  await migrate(ownerUrl, { runtimeRole: roleOf(runtimeUrl) })
  project.provide('rackGatewayDatabase', { ownerUrl, runtimeUrl, adminUrl })
  return stop
}
