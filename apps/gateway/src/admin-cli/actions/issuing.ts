import { createTokenMint } from '@rack-gateway/auth'
import { createIssuer, type Issuer } from '@rack-gateway/auth/store'
import type { ServerConfig } from '@rack-gateway/config'
import { openDatabase } from '@rack-gateway/database'
import { secretKeysOf } from '../../process/keys.ts'
import { operator } from '../operator.ts'
import { withAuditLog } from '../recorded-work.ts'

/** Each change is recorded in the audit log before it is committed. */
export async function withIssuer(work: (issuer: Issuer, config: ServerConfig) => Promise<void>): Promise<void> {
  await withAuditLog(async ({ config, database: { runtimeUrl }, record }) => {
    const database = openDatabase(runtimeUrl, { max: 2 })
    try {
      const issuer = createIssuer({
        database,
        mint: createTokenMint(secretKeysOf(config)),
        clock: { now: Date.now },
        record: async (events) => {
          await Promise.all(events.map((event) => record(event)))
        },
        by: operator,
      })
      await work(issuer, config)
    } finally {
      await database.close()
    }
  })
}
