import { locks } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import type { SigningKeys } from '../checkpoints/key-choice.ts'
import type { SigningKey } from '../checkpoints/signing-key.ts'
import { ArchiveRefused } from '../errors.ts'
import type { EventDraft } from '../event.ts'
import { sentenceOf } from '../verify/finding-sentence.ts'
import type { ArchiveStore } from './archive-store.ts'
import { monthsIn } from './database-month.ts'
import { dropMonth } from './drop-month.ts'
import { type Manifest, manifestKey } from './manifest.ts'
import { boundsOf, type Month, monthsAfter } from './month.ts'
import { defaultPartSize } from './parts.ts'
import { type RecordedArchive, recordArchive, recordedArchives } from './records.ts'
import { sinksBehind, whyUnsettled } from './settled.ts'
import { archiveSigner } from './signer.ts'
import { verifyArchivedMonth } from './verify-month.ts'
import { writeMonth } from './write-month.ts'

export interface RetentionOptions {
  /** Connections as the owner, for reading, recording and dropping. */
  readonly sql: Sql
  /** One connection as the owner, which holds the lock. */
  readonly lock: Sql
  readonly store: ArchiveStore
  /** Newest first. */
  readonly keys: SigningKeys
  /** Only months before this one; null: all that are over. */
  readonly before: Month | null
  /** Months before the current one that stay in the database, at least two. */
  readonly keep: number
  readonly drop: 'drop' | 'keep'
  /** Whether months go that a sink hasn't sent. */
  readonly sinks: 'respect' | 'ignore'
  /** Writes an event to the log. */
  readonly record: (draft: EventDraft) => Promise<{ readonly id: string }>
  /** Bytes of lines in one part. Default 64 MiB. */
  readonly partSize?: number
}

export type MonthOutcome =
  /** Archived now, or found to be archived whole. */
  | { readonly month: Month; readonly kind: 'archived' | 'dropped'; readonly events: number; readonly manifest: string }
  /** Archived by an earlier run, and not looked at again. */
  | { readonly month: Month; readonly kind: 'known' }
  /** Something may still be added to it. */
  | { readonly month: Month; readonly kind: 'open'; readonly because: string; readonly due: boolean }
  | { readonly month: Month; readonly kind: 'refused'; readonly because: string; readonly due: boolean }

/**
 * Archives each month that is over and closed, verifies what was written by reading all of it back, and drops those that are old enough,
 * oldest first. May be ended at any moment and run again. What is refused holds up no other month.
 *
 * @throws ArchiveRefused when another run is under way, or nothing can be archived at all
 */
export async function* retainMonths(options: RetentionOptions): AsyncGenerator<MonthOutcome> {
  const { sql, lock: holder, keys, before, keep, drop } = options
  if (!Number.isInteger(keep) || keep < 2)
    throw new ArchiveRefused('at least two months before this one stay in the database', 'archive older ones')
  const [locked] = await holder`select pg_try_advisory_lock(${locks.space}::int, ${locks.retention}::int) as ours`
  if (!locked?.ours) throw new ArchiveRefused('another run is archiving this log:', 'wait until it is done')
  try {
    const { over, current } = await monthsIn(sql)
    const key = await archiveSigner(sql, keys)
    const recorded = await recordedArchives(sql)
    const oldest = monthsAfter(current, -keep)
    for (const month of over) {
      if (before !== null && month >= before) continue
      const due = drop === 'drop' && month < oldest
      try {
        yield await retainMonth(month, { ...options, current, key, recorded, due })
      } catch (error) {
        if (!(error instanceof ArchiveRefused)) throw error
        yield { month, kind: 'refused', because: error.message, due }
      }
    }
  } finally {
    await holder`select pg_advisory_unlock(${locks.space}::int, ${locks.retention}::int)`.catch(() => {})
  }
}

interface MonthOptions extends RetentionOptions {
  readonly current: Month
  readonly key: SigningKey
  /** What earlier runs have archived. */
  readonly recorded: readonly RecordedArchive[]
  /** Whether the month is to be dropped. */
  readonly due: boolean
}

async function retainMonth(month: Month, options: MonthOptions): Promise<MonthOutcome> {
  const { sql, store, key, recorded, partSize = defaultPartSize, due, current, sinks } = options
  const known = recorded.filter((archive) => archive.month === month)
  if (!due && known.some(({ place }) => place === store.place)) return { month, kind: 'known' }
  const because = await whyUnsettled(sql, month, current)
  if (because !== null) return { month, kind: 'open', because: `${month} is not closed: ${because}`, due }
  const behind = sinks === 'respect' ? await sinksBehind(sql, month) : []
  if (behind.length > 0)
    throw new ArchiveRefused(`${month} was not sent to all sinks yet (${behind.join(', ')}):`, 'wait, or add --force')
  if ((await store.get(manifestKey(month))) === null) await writeMonth(sql, month, { store, key, partSize })
  const manifest = await verified(month, options)
  const { events, hash } = manifest
  const detail = { month, events, manifest: hash, place: store.place }
  if (!known.some((archive) => archive.hash === hash && archive.place === store.place)) {
    await options.record({ kind: 'audit.archived', detail })
    await recordArchive(sql, manifest, store.place)
  }
  if (!due) return { month, kind: 'archived', events, manifest: hash }
  const { id } = await options.record({ kind: 'audit.dropping', detail })
  await dropMonth(sql, manifest)
  await options.record({ kind: 'audit.dropped', of: id, detail })
  return { month, kind: 'dropped', events, manifest: hash }
}

/** Reads the whole archive back from where it is kept. @throws ArchiveRefused */
async function verified(month: Month, { store, sql }: MonthOptions): Promise<Manifest> {
  const { manifest, findings } = await verifyArchivedMonth(store, month, { pinned: null, checkpoints: null })
  const [finding] = findings
  if (finding || manifest === null)
    throw new ArchiveRefused(
      `what is in ${store.place} is no archive of this month: ${finding ? sentenceOf(finding) : 'it has no manifest'}; nothing is dropped.`,
      `Archive to another place, and keep this one until it is known what happened to it`,
    )
  await expectInDatabase(sql, manifest)
  return manifest
}

/** A manifest from another log, or one older than an event, is no archive of this month. */
async function expectInDatabase(sql: Sql, { month, events, signer }: Manifest): Promise<void> {
  const { from, to } = boundsOf(month)
  const [row] = await sql`
    select (select count(*)::float8 from audit.events where at >= ${from}::timestamptz and at < ${to}::timestamptz) as events,
      exists (select from audit.checkpoints where key = ${signer.text}) as known`
  if (row?.events !== events)
    throw new ArchiveRefused(
      `${month} has ${row?.events} events in the database and ${events} in its archive: nothing is dropped`,
      'find out who has changed them',
    )
  if (!row?.known)
    throw new ArchiveRefused(
      `the archive of ${month} is signed by a key that this log doesn't have: ${signer.text}`,
      'archive to another place',
    )
}
