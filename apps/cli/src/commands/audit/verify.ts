import { createReadStream } from 'node:fs'
import {
  type PublicKey,
  readPublicKey,
  type Verification,
  verifyDatabase,
  verifyExport,
  verifyStream,
} from '@rack-gateway/audit/verify'
import type { Context } from '../../context.ts'
import { AuditUnreadable, Usage } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { printable } from '../../terminal.ts'
import { openEvidence } from './evidence.ts'
import { sentences } from './sentences.ts'

export interface VerifyFlags {
  /** The database's address; null: not from a database. */
  readonly database: string | null
  /** A file of an export, or - for stdin; null: not from an export. */
  readonly export: string | null
  /** A directory with copies of checkpoints. */
  readonly checkpoints: string | null
  readonly key: string | null
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Verifies the audit log with no trust in whoever gives it. @returns 0 when it holds, 6 when it doesn't */
export async function verify(context: Context, flags: VerifyFlags): Promise<number> {
  const verification = await verifyFrom(context, flags).catch((error: unknown) => {
    throw unreadable(error)
  })
  if (flags.format === 'json') context.print(JSON.stringify(verification, null, 2))
  else for (const line of sentences(verification)) context.print(printable(line))
  return verification.intact ? exitCodes.ok : exitCodes.tampered
}

async function verifyFrom(context: Context, flags: VerifyFlags): Promise<Verification> {
  const options = { pinned: pinnedKey(flags.key), checkpoints: flags.checkpoints }
  if (flags.database !== null && flags.export !== null)
    throw new Usage('verify one or the other: --database URL, or --export FILE')
  if (flags.export !== null) return verifyExport(bytesOf(flags.export), options)
  if (flags.database === null) return verifyStream(await openEvidence(context, flags.rack, '/audit/log'), options)
  // The driver is no small package.
  const { connectTo } = await import('./audit-database.ts')
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
    throw new Usage('--key is not a key of a gateway: it looks like rack-gateway/audit+1a2b3c4d+AbCd…, in one word')
  return key
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 })
}

/** What can't be read is neither proven nor refuted. */
function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || String(error.code).startsWith('RGW_')) return error
  return new AuditUnreadable(
    `the log could not be read to its end, so nothing is known of it: ${printable(error.message)}`,
  )
}
