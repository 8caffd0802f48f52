import { createAuditSearch, type SharedAuditSearch } from '@rack-gateway/audit/search'
import { openDatabase } from '@rack-gateway/database'
import fp from 'fastify-plugin'
import { type AuditEvidence, createAuditEvidence, evidenceConnections } from './evidence.ts'

declare module 'fastify' {
  interface FastifyInstance {
    auditSearch: SharedAuditSearch
    auditEvidence: AuditEvidence
  }
}

export interface AuditSearchOptions {
  readonly databaseUrl: string
}

/** The number of callers who can read the whole log at once. The same number can get proofs. */
const maxReaders = 2

/** Uses separate connections, so that no call waits behind a caller who reads the whole log. */
export default fp<AuditSearchOptions>(
  async function auditSearch(app, { databaseUrl }) {
    const search = createAuditSearch({ url: databaseUrl })
    app.addHook('onClose', () => search.close())
    const database = openDatabase(databaseUrl, {
      max: evidenceConnections(maxReaders),
      applicationName: 'rack-gateway audit log',
    })
    app.addHook('onClose', () => database.close())
    app.decorate('auditSearch', search)
    app.decorate('auditEvidence', createAuditEvidence(database.sql, maxReaders))
  },
  { name: 'audit-search' },
)
