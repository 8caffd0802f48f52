import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type LogRecord, membersOf, type Verification } from '@rack-gateway/audit/verify'
import { deriveKey } from '@rack-gateway/auth/secret'
import { secretKeysProblem, splitAtCommas } from '@rack-gateway/config'
import { reasonOf } from '@rack-gateway/errors'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import {
  createLoggedRecordings,
  type DeriveKeys,
  listRecordings,
  type RecordingsVerification,
  verifyRecordings,
} from '@rack-gateway/recordings/verify'
import { AuditUnreadable, Usage } from '../../../errors/errors.ts'
import type { Context } from '../../../invocation/context.ts'
import { printable, withoutPunctuation } from '../../../terminal/terminal.ts'

/** Compares recordings with a log while the log is verified. */
export interface RecordingsVerifier {
  /** Call this for each event of the log and of its archives. */
  readonly onRecord: (record: LogRecord) => void
  /** @param read the log (null if only archives were read), and the months of the archives */
  finish(read: {
    readonly log: Verification | null
    readonly archived: readonly string[]
  }): Promise<RecordingsVerification>
}

/**
 * Lists the stored recordings. Call this before the log is read.
 *
 * @param address a directory, or `s3://bucket/prefix`
 * @throws Usage if the store or APP_SECRET_KEY is not usable; AuditUnreadable if the recordings cannot be listed
 */
export async function openRecordings(context: Context, address: string): Promise<RecordingsVerifier> {
  const deriveKeys = keyDerivationFrom(context.env.APP_SECRET_KEY)
  const store = await openStore(address, context.cwd)
  const stored = await listRecordings(store).catch((error: unknown) => {
    throw unreadableError(error)
  })
  const logged = createLoggedRecordings()
  /** The time of the newest event that was read. */
  let until = 0
  return {
    onRecord(record) {
      until = Math.max(until, timeOf(record))
      const event = record.latin1.includes('"recording":{') ? membersOf(record) : null
      if (event !== null) logged.add(event)
    },
    finish({ log, archived }) {
      const onlyInArchive = new Set(log?.archived.map(({ month }) => month))
      const wasRead = (at: number) => {
        const month = new Date(at).toISOString().slice(0, 'yyyy-mm'.length)
        return archived.includes(month) || (log !== null && !onlyInArchive.has(month))
      }
      const { all } = logged
      const verified = verifyRecordings({ store, stored, logged: all, deriveKeys, wasRead, until, now: Date.now() })
      return verified.catch((error: unknown) => {
        throw unreadableError(error)
      })
    },
  }
}

async function openStore(address: string, cwd: string): Promise<ObjectStore> {
  try {
    const isUrl = /^[a-z0-9]+:\/\//.test(address)
    const location = readObjectStoreAddress(isUrl ? address : resolve(cwd, address))
    // Without this check, all recordings of a directory that does not exist would be reported as missing.
    if (location.kind === 'directory') await readdir(location.directory)
    return await openObjectStore(location)
  } catch (error) {
    throw new Usage(
      `--recordings cannot be read: ${withoutPunctuation(reasonOf(error, 'it cannot be opened'))}.`,
      'Name the store of the recordings: a directory, or s3://bucket/prefix.',
    )
  }
}

function unreadableError(error: unknown): Error {
  const reason = error instanceof Error ? withoutPunctuation(printable(error.message)) : 'the reason is unknown'
  return new AuditUnreadable(
    `The recordings could not be read to their end, so they are not verified: ${reason}.`,
    'Try again. If it fails again, check the store of the recordings.',
  )
}

function keyDerivationFrom(setting: string | undefined): DeriveKeys | null {
  if (setting === undefined || setting === '') return null
  const problem = secretKeysProblem(setting)
  if (problem !== null)
    throw new Usage(`APP_SECRET_KEY ${problem}.`, 'Unset it to verify recordings without decrypting them.')
  const secrets = splitAtCommas(setting).map((key) => Buffer.from(key))
  return (purpose) => secrets.map((secret) => deriveKey(secret, purpose))
}

const timeField = '"at":"'
const timeLength = '2026-11-25T12:00:00.000Z'.length

/** Milliseconds since the epoch; 0 if the event has no time. Searches the text, because parsing JSON would be slow. */
function timeOf({ latin1 }: LogRecord): number {
  const from = latin1.indexOf(timeField) + timeField.length
  return Date.parse(latin1.slice(from, from + timeLength)) || 0
}
