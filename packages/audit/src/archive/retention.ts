import { locks } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { ArchiveRefused } from '../errors/errors.ts'
import type { EventDraft } from '../events/event.ts'
import { boundsOf, type Month, monthsAfter } from '../months/month.ts'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import type { SigningKeys } from '../signed-notes/choose-keys.ts'
import { type Manifest, manifestKey } from '../signed-notes/manifest.ts'
import type { SigningKey } from '../signed-notes/signing-key.ts'
import { describeFinding } from '../verify/finding-sentence.ts'
import type { ArchiveStore } from './archive-store.ts'
import { monthsIn } from './database-month.ts'
import { dropMonth } from './drop-month.ts'
import { explainOpenMonth, findLaggingSinks } from './month-blockers.ts'
import { defaultPartSize } from './parts.ts'
import { verifyArchivedMonth } from './verify-month.ts'
import { writeMonth } from './write-month.ts'

export interface RetentionOptions {
  /** Connections of the owner login. */
  readonly sql: Sql
  /** One connection of the owner login, which holds the lock. */
  readonly lock: Sql
  readonly store: ArchiveStore
  /** Newest first. */
  readonly keys: SigningKeys
  /** Only months before this one; null for all past months. */
  readonly before: Month | null
  /** Past months that stay in the database, at least two. */
  readonly keep: number
  readonly drop: 'drop' | 'keep'
  /** Whether a month waits until all sinks have sent it. */
  readonly sinks: 'respect' | 'ignore'
  readonly record: (draft: EventDraft) => Promise<{ readonly id: string }>
  /** Uncompressed bytes per part. Default 64 MiB. */
  readonly partSize?: number
}

export type MonthOutcome =
  /** This run wrote the archive if it was missing, and verified it. `dropped`: then the partition was dropped. */
  | { readonly month: Month; readonly kind: 'archived' | 'dropped'; readonly events: number; readonly manifest: string }
  /** Archived by an earlier run, and not verified again. */
  | { readonly month: Month; readonly kind: 'known' }
  /** Events may still be added to the month. `due`: the month is old enough to be dropped, and `drop` allows that. */
  | { readonly month: Month; readonly kind: 'open'; readonly because: string; readonly due: boolean }
  /** The month was not archived, or was archived and not dropped. */
  | { readonly month: Month; readonly kind: 'refused'; readonly because: string; readonly due: boolean }

/**
 * Archives each past and closed month, verifies the archive by reading it back, and drops months that are old enough,
 * oldest first. A run can be interrupted at any time and repeated. A refused month does not stop the others.
 *
 * @throws ArchiveRefused if `keep` is below two, another run is active, the log has no checkpoint, or this process
 *   lacks the log's signing key
 */
export async function* retainMonths(options: RetentionOptions): AsyncGenerator<MonthOutcome> {
  const { sql, lock: lockConnection, keys, before, keep, drop } = options
  if (!Number.isInteger(keep) || keep < 2)
    throw new ArchiveRefused('The last two past months always stay in the database.', 'Keep at least two.')
  const [locked] =
    await lockConnection`select pg_try_advisory_lock(${locks.space}::int, ${locks.retention}::int) as ours`
  if (!locked?.ours) throw new ArchiveRefused('Another process is archiving this log.', 'Wait until it is done.')
  try {
    const { past, current } = await monthsIn(sql)
    const key = await archiveSigner(sql, keys)
    const recorded = await recordedArchives(sql)
    const oldestKept = monthsAfter(current, -keep)
    for (const month of past) {
      if (before !== null && month >= before) continue
      const due = drop === 'drop' && month < oldestKept
      try {
        yield await retainMonth(month, { ...options, current, key, recorded, due })
      } catch (error) {
        if (!(error instanceof ArchiveRefused)) throw error
        yield { month, kind: 'refused', because: error.message, due }
      }
    }
  } finally {
    await lockConnection`select pg_advisory_unlock(${locks.space}::int, ${locks.retention}::int)`.catch(() => {})
  }
}

interface MonthOptions extends RetentionOptions {
  readonly current: Month
  readonly key: SigningKey
  /** Archives of earlier runs. */
  readonly recorded: readonly RecordedArchive[]
  /** Whether to drop the month. */
  readonly due: boolean
}

async function retainMonth(month: Month, options: MonthOptions): Promise<MonthOutcome> {
  const { sql, store, key, recorded, partSize = defaultPartSize, due, current, sinks } = options
  const known = recorded.filter((archive) => archive.month === month)
  if (!due && known.some(({ place }) => place === store.location)) return { month, kind: 'known' }
  const because = await explainOpenMonth(sql, month, current)
  if (because !== null) return { month, kind: 'open', because: `${month} is not closed: ${because}`, due }
  const laggingSinks = sinks === 'respect' ? await findLaggingSinks(sql, month) : []
  if (laggingSinks.length > 0)
    throw new ArchiveRefused(
      `${month} was not sent to all sinks yet (${laggingSinks.join(', ')}).`,
      'Wait until the sinks have sent the month, or add --force.',
    )
  if ((await store.get(manifestKey(month))) === null) await writeMonth(sql, month, { store, key, partSize })
  const manifest = await readBack(month, options)
  const { events, hash } = manifest
  const detail = { month, events, manifest: hash, place: store.location }
  if (!known.some((archive) => archive.hash === hash && archive.place === store.location)) {
    await options.record({ kind: 'audit.archived', detail })
    await recordArchive(sql, manifest, store.location)
  }
  if (!due) return { month, kind: 'archived', events, manifest: hash }
  const { id } = await options.record({ kind: 'audit.dropping', detail })
  await dropMonth(sql, manifest)
  await options.record({ kind: 'audit.dropped', of: id, detail })
  return { month, kind: 'dropped', events, manifest: hash }
}

/** Verifies the complete stored archive. @throws ArchiveRefused */
async function readBack(month: Month, { store, sql }: MonthOptions): Promise<Manifest> {
  const { manifest, findings } = await verifyArchivedMonth(store, month, { pinned: null, checkpoints: null })
  const finding = findings.find(({ about }) => about !== 'restore')
  if (finding || manifest === null)
    throw new ArchiveRefused(
      `The objects in ${store.location} are not a valid archive of this month: ${finding ? describeFinding(finding) : 'it has no manifest'}. Nothing was dropped.`,
      'Archive to another location, and keep this one until you know what happened to it.',
    )
  await expectInDatabase(sql, manifest)
  return manifest
}

/** @throws ArchiveRefused if the manifest is from another log, or if the database has another number of events */
async function expectInDatabase(sql: Sql, { month, events, signer }: Manifest): Promise<void> {
  const { from, to } = boundsOf(month)
  const [row] = await sql`
    select (select count(*)::float8 from audit.events where at >= ${from}::timestamptz and at < ${to}::timestamptz) as events,
      exists (select from audit.checkpoints where key = ${signer.text}) as known`
  if (row?.events !== events)
    throw new ArchiveRefused(
      `${month} has ${row?.events} events in the database and ${events} in its archive, so nothing was dropped.`,
      'Find out who changed them.',
    )
  if (!row?.known)
    throw new ArchiveRefused(
      `The archive of ${month} is signed by a key that this log does not have: ${signer.text}.`,
      'Archive to another location.',
    )
}

/** The log's current signing key, which also signs archives, so that verifiers trust them. @throws ArchiveRefused */
async function archiveSigner(sql: Sql, keys: SigningKeys): Promise<SigningKey> {
  const [row] = await sql<{ note: string }[]>`select note from audit.checkpoints order by number desc limit 1`
  if (row === undefined) throw new ArchiveRefused('There is no checkpoint yet.', 'Start a gateway, which creates one.')
  const current = readCheckpoint(row.note)?.key.text
  const key = keys.find(({ publicKey }) => publicKey.text === current)
  if (key === undefined)
    throw new ArchiveRefused(
      `This process does not have the current signing key of the log (${current ?? 'unreadable'}).`,
      'Set AUDIT_SIGNING_KEY or APP_SECRET_KEY to the value of the gateways.',
    )
  return key
}

/** An archive that was verified and recorded in the database. */
interface RecordedArchive {
  readonly month: Month
  /** SHA-256 of the manifest without its signature, hex. */
  readonly hash: string
  /** The `location` of its store. */
  readonly place: string
}

async function recordedArchives(sql: Sql): Promise<RecordedArchive[]> {
  const rows = await sql<{ month: string; hash: string; place: string }[]>`
    select to_char(month, 'YYYY-MM') as month, encode(hash, 'hex') as hash, place from audit.archives order by month, at`
  return [...rows]
}

async function recordArchive(sql: Sql, { month, hash, events, written }: Manifest, place: string) {
  await sql`
    insert into audit.archives (month, hash, place, events, manifest)
    values (${`${month}-01`}::date, ${Buffer.from(hash, 'hex')}, ${place}, ${events}, ${written})
    on conflict do nothing`
}
