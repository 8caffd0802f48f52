import { createAuditSearch, type SharedAuditSearch } from '@rack-gateway/audit'
import { openPool } from '@rack-gateway/database'
import fp from 'fastify-plugin'
import { createVerifiableLog, type VerifiableLog } from './verifiable-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    auditSearch: SharedAuditSearch
    verifiableLog: VerifiableLog
  }
}

/** Uses separate connections, so that no call waits behind a caller who reads the whole log. */
export default fp(
  async function auditSearch(app) {
    const { pools } = app
    const { readings } = app.resourceAccount
    const search = createAuditSearch({ pools, limits: readings })
    app.addHook('onClose', () => search.close())
    const log = openPool(pools.log, { connect_timeout: 5 })
    app.addHook('onClose', () => log.end({ timeout: 5 }))
    app.decorate('auditSearch', search)
    app.decorate('verifiableLog', createVerifiableLog(log, readings))
  },
  { name: 'audit-search', dependencies: ['database', 'resource-account'] },
)
