import { createReadStream } from 'node:fs'
import { ArchiveRefused, type ArchiveVerification } from '@rack-gateway/audit/archive/read'
import {
  type PublicKey,
  readPublicKey,
  type Verification,
  type VerifyOptions,
  verifyDatabase,
  verifyExport,
  verifyStream,
} from '@rack-gateway/audit/verify'
import type { RecordingsVerification } from '@rack-gateway/recordings/verify'
import type { Context } from '../../context.ts'
import { AuditUnreadable, Usage } from '../../errors.ts'
import { exitCodes } from '../../output/exit-codes.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../output/terminal.ts'
import { heldAgainst, verifyArchives } from './verification/archives.ts'
import { openEvidence } from './verification/evidence.ts'
import { recordingSentences } from './verification/recording-sentences.ts'
import { archiveSentences, sentences } from './verification/sentences.ts'
import type { RecordingsBesideLog } from './verification/verify-recordings.ts'

export interface VerifyFlags {
  /** The database's address; null: not from a database. */
  readonly database: string | null
  /** A file of an export, or - for stdin; null: not from an export. */
  readonly export: string | null
  /** A directory with copies of checkpoints. */
  readonly checkpoints: string | null
  /** A directory with archived months, which are verified too; null: there is none. */
  readonly archive: string | null
  /** Where recordings are kept: a directory, or `s3://bucket/prefix`; null: they are not verified. */
  readonly recordings: string | null
  readonly key: string | null
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** What was verified: the log, unless only archives were, and each archived month. */
interface Verified {
  readonly log: Verification | null
  readonly archives: readonly ArchiveVerification[]
  readonly recordings: RecordingsVerification | null
}

/** Verifies the audit log with no trust in whoever gives it. @returns 0 when it holds, 3 when it doesn't */
export async function verify(context: Context, flags: VerifyFlags): Promise<number> {
  const verified = await verifyFrom(context, flags).catch((error: unknown) => {
    throw unreadable(error)
  })
  const { log, archives, recordings } = verified
  if (flags.format === 'json') context.print(safeJson(asJson(verified), 2))
  else
    for (const line of [
      ...(log ? sentences(log, archives) : []),
      ...archives.flatMap(archiveSentences),
      ...recordingSentences(recordings),
    ])
      context.print(printable(line))
  const intact = (log?.intact ?? true) && archives.every((one) => one.intact) && (recordings?.intact ?? true)
  return intact ? exitCodes.ok : exitCodes.checkFailed
}

/** What wasn't asked for isn't there. */
function asJson({ log, archives, recordings }: Verified) {
  const shown = archives.map(({ manifest, ...verification }) => ({ ...verification, manifest: manifest?.hash ?? null }))
  return { ...log, ...(shown.length > 0 && { archives: shown }), ...(recordings && { recordings }) }
}

/** An archive alone is verified alone; beside an export, a database or a named gateway it is what these may lack. */
async function verifyFrom(context: Context, flags: VerifyFlags): Promise<Verified> {
  const { archive, database, export: file, rack } = flags
  if (database !== null && file !== null)
    throw new Usage('--database and --export exclude each other:', 'verify one or the other')
  if (file !== null && flags.key !== null && flags.checkpoints === null)
    throw new Usage(
      '--key says who signed the checkpoints, and an export has none:',
      'add --checkpoints DIR with copies of them, or leave --key out',
    )
  const isAlone = archive !== null && database === null && file === null && rack === null
  const recordings = await besideLog(context, flags.recordings)
  const options = {
    pinned: pinnedKey(flags.key),
    checkpoints: flags.checkpoints,
    now: context.now,
    onRecord: recordings?.onRecord,
  }
  const { archives, records } =
    archive === null ? { archives: [], records: [] } : await verifyArchives(archive, options)
  const log = isAlone ? null : await verifyLog(context, flags, { ...options, archives: records })
  const archived = archives.map(({ month }) => month)
  return {
    log,
    archives: archives.map((verification) => heldAgainst(verification, log)),
    recordings: (await recordings?.finish({ log, archived })) ?? null,
  }
}

/** Who verifies no recordings loads no store. */
async function besideLog(context: Context, address: string | null): Promise<RecordingsBesideLog | null> {
  if (address === null) return null
  const { openRecordings } = await import('./verification/verify-recordings.ts')
  return openRecordings(context, address)
}

async function verifyLog(context: Context, flags: VerifyFlags, options: VerifyOptions): Promise<Verification> {
  if (flags.export !== null) return verifyExport(bytesOf(flags.export), options)
  if (flags.database === null) return verifyStream(await openEvidence(context, flags.rack, '/audit/log'), options)
  // The driver is no small package.
  const { connectTo } = await import('./verification/audit-database.ts')
  const sql = connectTo(flags.database)
  try {
    return await verifyDatabase(sql, options)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** @throws Usage */
export function pinnedKey(text: string | null): PublicKey | null {
  if (text === null) return null
  const key = readPublicKey(text)
  if (key === null)
    throw new Usage('--key is not a key of a gateway:', 'it looks like rack-gateway/audit+1a2b3c4d+AbCd…, in one word')
  return key
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 })
}

/** What can't be read is neither proven nor refuted. */
export function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (String(error.code).startsWith('RGW_') && !(error instanceof ArchiveRefused)) return error
  return new AuditUnreadable(
    `the log could not be read to its end, so nothing is known of it: ${printable(error.message)}`,
    'try again, and if it stays so, look whether what it is read from answers',
  )
}
