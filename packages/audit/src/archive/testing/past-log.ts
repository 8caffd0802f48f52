import type { OnEnd } from '@rack-gateway/database/testing'
import postgres from 'postgres'
import { onTestFinished } from 'vitest'
import type { EventDraft } from '../../events/event.ts'
import { createPostgresAuditStore } from '../../log/postgres-audit-store.ts'
import { createAuditWriter } from '../../log/writer.ts'
import { type Month, monthAt, monthsAfter, startOf } from '../../months/month.ts'
import type { SigningKeys } from '../../signed-notes/choose-keys.ts'
import { signingKeyOf } from '../../signed-notes/signing-key.ts'
import { databaseForTest } from '../../testing/database.ts'
import { makeCheckpoint } from '../../testing/make-checkpoint.ts'
import type { ArchiveStore } from '../archive-store.ts'
import { type MonthOutcome, type RetentionOptions, retainMonths } from '../retention.ts'

export const logKeySeed = Buffer.alloc(32, 1)
export const logKey = signingKeyOf(logKeySeed)
export const monthAgo = (count: number): Month => monthsAfter(monthAt(Date.now()), -count)

/** A log with writers whose clocks are in past months. */
export async function pastLog(onEnd: OnEnd = onTestFinished) {
  const keys: SigningKeys = [logKey]
  const database = await databaseForTest(onEnd)
  const owner = postgres(database.ownerUrl, { max: 2, fetch_types: false, onnotice() {} })
  const lock = postgres(database.ownerUrl, { max: 1, fetch_types: false, onnotice() {} })
  onEnd(async () => {
    await Promise.all([owner.end({ timeout: 1 }), lock.end({ timeout: 1 })])
  })
  // Allows partitions of the last nine years.
  const [ensure] = await owner`select pg_get_functiondef('audit.ensure_partition(date)'::regprocedure) as definition`
  await owner.unsafe(
    String(ensure?.definition).replace("this_month - interval '1 month'", "this_month - interval '9 years'"),
  )

  async function write(
    month: Month,
    count: number,
    end: 'closed' | 'open' = 'closed',
    draft: EventDraft = { kind: 'call', app: 'web' },
  ) {
    const store = createPostgresAuditStore({ pool: { url: database.runtimeUrl } })
    let now = startOf(month) + 86_400_000
    const writer = createAuditWriter({ store, clock: { now: () => now++ }, host: 'test', pid: 1 })
    await writer.open()
    const ids: string[] = []
    for (let written = 0; written < count; written += 1_000) {
      const batch = Array.from({ length: Math.min(1_000, count - written) }, (_, index) =>
        writer.record({ ...draft, request: `r${written + index}` }),
      )
      for (const { id } of await Promise.all(batch)) ids.push(id)
    }
    const stream = writer.stats().stream ?? ''
    if (end === 'closed') await writer.close()
    else onEnd(() => writer.close())
    await store.close()
    return { stream, ids }
  }

  const drafts: EventDraft[] = []

  async function retain(store: ArchiveStore, options: Partial<RetentionOptions> = {}): Promise<MonthOutcome[]> {
    const outcomes: MonthOutcome[] = []
    for await (const outcome of retainMonths({
      sql: owner,
      lock,
      store,
      keys,
      before: null,
      keep: 13,
      drop: 'drop',
      sinks: 'respect',
      async record(draft) {
        drafts.push(draft)
        return { id: '01a21006-6e55-7646-9171-966421143187' }
      },
      partSize: 4_096,
      ...options,
    }))
      outcomes.push(outcome)
    return outcomes
  }

  return {
    ...database,
    owner,
    lock,
    write,
    retain,
    drafts,
    sign: (by: SigningKeys = keys) => makeCheckpoint(database.runtime, { keys: by, interval: 0 }),
    async partitions(): Promise<Month[]> {
      const rows = await owner<{ name: string }[]>`
        select relname as name from pg_class where relnamespace = 'audit'::regnamespace and relkind = 'r' and relname ~ '^events_' order by 1`
      return rows.map(({ name }) => name.slice('events_'.length).replace('_', '-'))
    },
  }
}
