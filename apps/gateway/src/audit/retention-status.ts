import { type RetentionStatus, readRetentionStatus } from '@rack-gateway/audit'
import fp from 'fastify-plugin'
import type { Readiness } from '../readiness/readiness-check.ts'

/** Milliseconds between two queries. */
const queryInterval = 60_000

declare module 'fastify' {
  interface FastifyInstance {
    /** Read once a minute. If a query fails, the previous values stay. */
    retentionStatus: () => RetentionStatus
  }
}

export default fp(
  async function retentionStatus(app) {
    let months: RetentionStatus = { oldest: null, archived: null }
    let timer: NodeJS.Timeout | undefined

    async function refresh(): Promise<void> {
      try {
        months = await readRetentionStatus(app.database.sql)
      } catch (err) {
        app.log.warn({ event: 'audit.months_unknown', err })
      }
    }

    app.decorate('retentionStatus', () => months)
    app.addHook('onReady', async () => {
      await refresh()
      timer = setInterval(() => void refresh(), queryInterval)
      timer.unref()
    })
    app.addHook('onClose', async () => clearInterval(timer))
  },
  { name: 'retention-status', dependencies: ['database'] },
)

/** Names no storage, because unauthenticated callers can read the result. */
export function retentionCheck({ oldest, archived }: RetentionStatus): Readiness {
  const detail = `in the database ${oldest === null ? 'since an unknown month' : `from ${oldest} on`}; ${
    archived === null ? 'no month is archived' : `archived up to ${archived}`
  }`
  return { name: 'retention', ready: true, detail, remedy: null }
}

/** First moment of a month in seconds since the epoch; 0 if there is no month. */
export function monthSeconds(month: string | null): number {
  return month === null ? 0 : Date.parse(`${month}-01T00:00:00Z`) / 1_000
}
