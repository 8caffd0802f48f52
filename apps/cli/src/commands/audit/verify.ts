import { createReadStream } from 'node:fs'
import {
  type ArchiveVerification,
  type Verification,
  type VerifyOptions,
  verifyDatabase,
  verifyExport,
  verifyGatewayResponse,
} from '@rack-gateway/audit/verify'
import { requestFor } from '@rack-gateway/gateway-api'
import type { RecordingsVerification } from '@rack-gateway/recordings/verify'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import type { Context } from '../../invocation/context.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { compareWithLog, verifyArchives } from './verification/archives.ts'
import { archiveSentences, logSentences } from './verification/log-sentences.ts'
import { openResponseBody } from './verification/open-response-body.ts'
import { recordingSentences } from './verification/recording-sentences.ts'
import { toUnreadableError } from './verification/unreadable-error.ts'
import { archiveOption, databaseOption, keyOption, pinnedKey } from './verification/verification-options.ts'
import type { RecordingsVerifier } from './verification/verify-recordings.ts'

export const command = 'verify'
export const describe = 'Verify the chain, trees, and checkpoints of the whole log, without trusting the gateway.'
export const details =
  'Exits with 0 if the log was not changed, with 3 if it was, and with 8 if it cannot be read to its end.'
export const examples = [
  "rack-gateway audit verify --checkpoints /mnt/checkpoints --key 'rack-gateway/audit+1a2b3c4d+AbCd…'",
  'rack-gateway audit verify --database postgres://auditor@db.example.com/gateway --checkpoints /mnt/checkpoints',
  'rack-gateway audit verify --export audit.ndjson --checkpoints /mnt/checkpoints',
  'rack-gateway audit verify --archive /mnt/archive --checkpoints /mnt/checkpoints',
  "rack-gateway audit verify --recordings 's3://records/gateway?region=eu-west-1' --checkpoints /mnt/checkpoints",
]
export const builder = {
  database: databaseOption,
  export: { type: 'string', complete: 'file', describe: 'Read from this export, or - for standard input' },
  checkpoints: { type: 'string', complete: 'file', describe: 'A directory with copies of checkpoints' },
  archive: archiveOption,
  recordings: {
    type: 'string',
    describe: 'Verify session recordings, too: their directory, or s3://bucket/prefix',
  },
  key: keyOption,
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = 'verifying'

/** A field is null if its option was not passed. */
interface VerifySources {
  readonly database: string | null
  /** `-` is standard input. */
  readonly export: string | null
  readonly checkpoints: string | null
  readonly archive: string | null
  readonly recordings: string | null
  readonly key: string | null
  readonly rack: string | null
}

interface VerifyResult {
  /** Null if only archives were verified. */
  readonly log: Verification | null
  readonly archives: readonly ArchiveVerification[]
  readonly recordings: RecordingsVerification | null
}

export async function handler({ context, json, ...args }: Arguments<typeof builder>): Promise<number> {
  const sources = {
    database: args.database ?? null,
    export: args.export ?? null,
    checkpoints: args.checkpoints ?? null,
    archive: args.archive ?? null,
    recordings: args.recordings ?? null,
    key: args.key ?? null,
    rack: args.rack ?? null,
  }
  const result = await verifyFrom(context, sources).catch((error: unknown) => {
    throw toUnreadableError(error)
  })
  const { log, archives, recordings } = result
  if (json) context.print(safeJson(toJson(result), 2))
  else
    for (const line of [
      ...(log ? logSentences(log, archives) : []),
      ...archives.flatMap(archiveSentences),
      ...recordingSentences(recordings),
    ])
      context.print(printable(line))
  const intact = (log?.intact ?? true) && archives.every((one) => one.intact) && (recordings?.intact ?? true)
  return intact ? exitCodes.ok : exitCodes.checkFailed
}

/** The field `archives` or `recordings` exists only if archives or recordings were verified. */
function toJson({ log, archives, recordings }: VerifyResult) {
  const months = archives.map(({ manifest, ...verification }) => ({
    ...verification,
    manifest: manifest?.hash ?? null,
  }))
  return { ...log, ...(months.length > 0 && { archives: months }), ...(recordings && { recordings }) }
}

/** `--archive` alone verifies only the archive. With another source, the archive adds months that the log lacks. */
async function verifyFrom(context: Context, sources: VerifySources): Promise<VerifyResult> {
  const { archive, database, export: file, rack } = sources
  if (database !== null && file !== null)
    throw new Usage('--database and --export exclude each other.', 'Pass one of them.')
  if (file !== null && sources.key !== null && sources.checkpoints === null)
    throw new Usage(
      '--key verifies the signatures of checkpoints, and an export has no checkpoints.',
      'Add --checkpoints DIR with copies of them, or leave --key out.',
    )
  const isArchiveOnly = archive !== null && database === null && file === null && rack === null
  const recordings = await recordingsVerifier(context, sources.recordings)
  const options = {
    pinned: pinnedKey(sources.key),
    checkpoints: sources.checkpoints,
    now: context.now,
    onRecord: recordings?.onRecord,
  }
  const { archives, records } =
    archive === null ? { archives: [], records: [] } : await verifyArchives(archive, options)
  const log = isArchiveOnly ? null : await verifyLog(context, sources, { ...options, archives: records })
  const archived = archives.map(({ month }) => month)
  return {
    log,
    archives: archives.map((verification) => compareWithLog(verification, log)),
    recordings: (await recordings?.finish({ log, archived })) ?? null,
  }
}

/** Loads the code for object stores only if recordings are verified. */
async function recordingsVerifier(context: Context, address: string | null): Promise<RecordingsVerifier | null> {
  if (address === null) return null
  const { openRecordings } = await import('./verification/verify-recordings.ts')
  return openRecordings(context, address)
}

async function verifyLog(context: Context, sources: VerifySources, options: VerifyOptions): Promise<Verification> {
  if (sources.export !== null) return verifyExport(bytesOf(sources.export), options)
  if (sources.database === null)
    return verifyGatewayResponse(await openResponseBody(context, sources.rack, requestFor('readAuditLog', {})), options)
  // Imported here, because the PostgreSQL driver is slow to load.
  const { connectToDatabase } = await import('./verification/audit-database.ts')
  const sql = connectToDatabase(sources.database)
  try {
    return await verifyDatabase(sql, options)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 })
}
