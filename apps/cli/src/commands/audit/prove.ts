import { readFile, writeFile } from 'node:fs/promises'
import { directoryArchive, proveArchived } from '@rack-gateway/audit/archive/read'
import { isUuid } from '@rack-gateway/audit/uuid'
import { makeProof, type ProofVerdict, verifyProof as verdictOn } from '@rack-gateway/audit/verify'
import type { Context } from '../../context.ts'
import { AuditUnreadable, NotSigned, Usage } from '../../errors.ts'
import { exitCodes } from '../../output/exit-codes.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../output/terminal.ts'
import { openEvidence } from './verification/evidence.ts'
import { pinnedKey, unreadable } from './verify.ts'

export interface ProveFlags {
  readonly id: string
  /** Where the proof goes; null: to stdout. */
  readonly output: string | null
  readonly database: string | null
  /** A directory with archived months; null: not from an archive. */
  readonly archive: string | null
  readonly key: string | null
  readonly rack: string | null
}

/** Gets a proof that an event is in the log, and verifies it before it hands it on. */
export async function prove(context: Context, flags: ProveFlags): Promise<number> {
  if (!isUuid(flags.id.toLowerCase()))
    throw new Usage('that is not the id of an event:', 'say which event by its id, a UUID: rack-gateway audit prove ID')
  const pinned = pinnedKey(flags.key)
  const proof = await proofFrom(context, flags)
  const verdict = verdictOn(proof, pinned)
  if (!verdict.holds) {
    context.note(printable(`what the log gives as a proof is none: ${verdict.because}`))
    return exitCodes.checkFailed
  }
  const text = JSON.stringify(proof, null, 2)
  if (flags.output === null) context.print(text)
  else await writeFile(flags.output, `${text}\n`)
  for (const line of saidOf(verdict)) context.note(printable(line))
  return exitCodes.ok
}

/** Verifies a proof with nothing but its file and the key. */
export async function verifyProof(
  context: Context,
  { file, key, format }: { readonly file: string; readonly key: string | null; readonly format: 'text' | 'json' },
): Promise<number> {
  const pinned = pinnedKey(key)
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new AuditUnreadable(
      `the proof could not be read: ${printable(error.message)};`,
      'check the file, or get the proof again: rack-gateway audit prove ID',
    )
  })
  const verdict = verdictOn(parsed(text), pinned)
  if (format === 'json') context.print(safeJson(toldOf(verdict), 2))
  else if (verdict.holds) for (const line of saidOf(verdict)) context.print(printable(line))
  else context.print(printable(`the proof does not hold: ${verdict.because}`))
  return verdict.holds ? exitCodes.ok : exitCodes.checkFailed
}

function proofFrom(context: Context, flags: ProveFlags): Promise<unknown> {
  const { database, archive, id } = flags
  if (database !== null && archive !== null)
    throw new Usage('--database and --archive exclude each other:', 'prove it from one or the other')
  if (archive !== null) return makeFromArchive(archive, id)
  return database === null ? askProof(context, flags) : makeFrom(database, id)
}

async function makeFromArchive(directory: string, id: string): Promise<unknown> {
  const reader = directoryArchive(directory)
  const result = await proveArchived(reader, await reader.months(), id).catch((error: unknown) => {
    throw unreadable(error)
  })
  if (result.kind === 'proof') return result.proof
  throw new Usage(
    'there is no event with this id in the archive:',
    'name the archive of the month in which the event was',
  )
}

async function askProof(context: Context, { id, rack }: ProveFlags): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of await openEvidence(context, rack, `/audit/events/${id.toLowerCase()}/proof`))
    pieces.push(piece)
  return parsed(Buffer.concat(pieces).toString('utf8'))
}

async function makeFrom(url: string, id: string): Promise<unknown> {
  // The driver is no small package.
  const { connectTo } = await import('./verification/audit-database.ts')
  const sql = connectTo(url)
  try {
    const result = await makeProof(sql, id)
    if (result.kind === 'proof') return result.proof
    if (result.kind === 'unknown')
      throw new Usage('there is no event with this id in the database:', 'look for it with: rack-gateway audit search')
    throw new NotSigned('no checkpoint has signed this event yet:', 'try again in a minute')
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** The same for programs. */
function toldOf(verdict: ProofVerdict): object {
  if (!verdict.holds) return { holds: false, because: verdict.because }
  const { event, checkpoint, size, trust } = verdict
  return { holds: true, event, checkpoint: checkpoint.number, at: checkpoint.at, size, key: checkpoint.key.text, trust }
}

function saidOf({ event, checkpoint, size, trust }: ProofVerdict & { readonly holds: true }): string[] {
  return [
    `the proof holds: event ${String(event.id)} is number ${String(event.seq)} of stream ${String(event.stream)}`,
    `  signed in checkpoint ${checkpoint.number} of ${checkpoint.at}, with ${size} events of its stream`,
    trust === 'pinned'
      ? `  signed by ${checkpoint.key.text}, for which the key that you gave vouches`
      : `  signed by ${checkpoint.key.text}, which the proof names itself: compare it with the key that you know, or give it with --key`,
  ]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
