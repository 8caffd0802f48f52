import { createAuditSearch, type SharedAuditSearch } from '@rack-gateway/audit'
import { limitsOfResource } from '@rack-gateway/config'
import { openDatabase } from '@rack-gateway/database'
import fp from 'fastify-plugin'
import { createVerifiableLog, type VerifiableLog } from './verifiable-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    auditSearch: SharedAuditSearch
    verifiableLog: VerifiableLog
  }
}

export interface AuditSearchOptions {
  readonly databaseUrl: string
}

/** One connection for each reader of the log and each proof, and one for the keys, which anyone can read. */
const logConnections = limitsOfResource('logReadings').process + limitsOfResource('proofs').process + 1

/** Uses separate connections, so that no call waits behind a caller who reads the whole log. */
export default fp<AuditSearchOptions>(
  async function auditSearch(app, { databaseUrl }) {
    const { readings } = app.resourceAccount
    const search = createAuditSearch({ url: databaseUrl, limits: readings })
    app.addHook('onClose', () => search.close())
    const database = openDatabase(databaseUrl, {
      max: logConnections,
      applicationName: 'rack-gateway audit log',
    })
    app.addHook('onClose', () => database.close())
    app.decorate('auditSearch', search)
    app.decorate('verifiableLog', createVerifiableLog(database.sql, readings))
  },
  { name: 'audit-search', dependencies: ['resource-account'] },
)
