import { type LogMonths, logMonths } from '@rack-gateway/audit/archive/months'
import type { Database } from '@rack-gateway/database'
import type { FastifyInstance } from 'fastify'
import type { Readiness } from '../operations/health.ts'

/** Milliseconds between looks: months pass slowly. */
const every = 60_000

/** How far back the audit log goes in the database, and what of it is archived, as it was a minute ago at most. */
export function watchLogMonths(app: FastifyInstance, { sql }: Database): () => LogMonths {
  let months: LogMonths = { oldest: null, archived: null }
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    try {
      months = await logMonths(sql)
    } catch (err) {
      app.log.warn({ event: 'audit.months_unknown', err })
    }
  }

  app.addHook('onReady', async () => {
    await look()
    timer = setInterval(() => void look(), every)
    timer.unref()
  })
  app.addHook('onClose', async () => clearInterval(timer))
  return () => months
}

/** Says how long the log is kept. Anybody may read it, so no place is named. */
export function retentionCheck({ oldest, archived }: LogMonths): Readiness {
  const detail = `in the database ${oldest === null ? 'since an unknown month' : `from ${oldest} on`}; ${
    archived === null ? 'no month is archived' : `archived up to ${archived}`
  }`
  return { name: 'retention', ready: true, detail }
}

/** First moment of a month in seconds since the epoch; 0 for none. */
export function monthSeconds(month: string | null): number {
  return month === null ? 0 : Date.parse(`${month}-01T00:00:00Z`) / 1_000
}
