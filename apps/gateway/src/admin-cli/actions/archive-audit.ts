import { isMonth, type MonthOutcome, retainMonths } from '@rack-gateway/audit'
import { openPool } from '@rack-gateway/database'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { readDuration } from '@rack-gateway/time'
import type { Sql } from 'postgres'
import { signingKeysOf } from '../../process/keys.ts'
import { UsageError } from '../definitions/usage-error.ts'
import { operator } from '../operator.ts'
import { withAuditLog } from '../recorded-work.ts'

export interface ArchiveArguments {
  readonly to: string
  readonly before?: string | undefined
  readonly keep: number
  readonly drop: boolean
  readonly force: boolean
  readonly lock?: string | undefined
}

/** With `drop`, also drops archived months that are older than `keep` months. */
export async function archiveAudit(args: ArchiveArguments): Promise<void> {
  const { to, before = null, keep, drop, force, lock } = args
  if (before !== null && !isMonth(before))
    throw new UsageError('--before is not a month. Pass a month such as 2026-10.')
  if (!Number.isInteger(keep) || keep < 2)
    throw new UsageError('--keep is not a number of months. Pass an integer of at least 2.')
  const store = await openStore(to, lock)
  try {
    await withAuditLog(async ({ config, database: { ownerUrl }, record }) => {
      const [sql, lockConnection] = [connect(ownerUrl, 3), connect(ownerUrl, 1)]
      try {
        await expectOwner(sql)
        const outcomes = retainMonths({
          sql,
          lock: lockConnection,
          store,
          keys: signingKeysOf(config),
          before,
          keep,
          drop: drop ? 'drop' : 'keep',
          sinks: force ? 'ignore' : 'respect',
          record: (draft) => record({ ...draft, principal: operator }),
        })
        for await (const outcome of outcomes) report(outcome)
      } finally {
        await Promise.all([sql.end({ timeout: 5 }), lockConnection.end({ timeout: 5 })])
      }
    })
  } finally {
    store.close()
  }
}

async function openStore(to: string, lock: string | undefined) {
  const address = readObjectStoreAddress(to)
  const duration = lock === undefined ? null : readDuration(lock)
  if (lock !== undefined && !duration) throw new UsageError('--lock is not a duration. Pass a duration such as 400d.')
  if (duration !== null && address.kind !== 's3')
    throw new UsageError(
      '--lock is for S3, because a directory cannot prevent changes by its owner. Omit it, or archive to S3.',
    )
  const store = await openObjectStore(address, duration === null ? {} : { lock: { mode: 'compliance', duration } })
  await store.check()
  return store
}

/** Statements have no timeout, because reading a month can take long. */
function connect(url: string, max: number): Sql {
  return openPool({ url, max, applicationName: 'rack-gateway archive' }, { connection: { statement_timeout: 0 } })
}

async function expectOwner(sql: Sql): Promise<void> {
  const [row] = await sql`
    select has_function_privilege('audit.drop_archived_month(date, bytea, bigint, bytea)', 'EXECUTE')
      and has_table_privilege('audit.archives', 'INSERT') as owner`
  if (row?.owner !== true)
    throw new UsageError(
      'The database login cannot archive the audit log, because it does not own the tables. Set DATABASE_OWNER_URL to their owner.',
    )
}

/** Sets exit code 1 for a refused month, and for a month that is old enough to be dropped but still has open streams. */
function report(outcome: MonthOutcome): void {
  const { month, kind } = outcome
  switch (kind) {
    case 'archived':
    case 'dropped':
      console.log(`${month}\t${kind}\t${outcome.events} events\tmanifest ${outcome.manifest}`)
      return
    case 'known':
      console.log(`${month}\tarchived by an earlier run`)
      return
    case 'open':
    case 'refused':
      console.error(`${month}\t${kind === 'open' ? 'not yet' : 'REFUSED'}\t${outcome.because}`)
      if (kind === 'refused' || outcome.due) process.exitCode = 1
  }
}
