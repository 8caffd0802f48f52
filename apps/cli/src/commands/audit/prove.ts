import { writeFile } from 'node:fs/promises'
import { isUuid } from '@rack-gateway/audit/events'
import { directoryArchive, makeProof, proveArchived, verifyProof } from '@rack-gateway/audit/verify'
import { requestFor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { NotSigned, Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { parseJson } from '../../gateway/gateway-request.ts'
import { printable } from '../../terminal/terminal.ts'
import { rackOption } from '../options/shared-options.ts'
import { openResponseBody } from './verification/open-response-body.ts'
import { proofSentences } from './verification/proof-sentences.ts'
import { toUnreadableError } from './verification/unreadable-error.ts'
import { archiveOption, databaseOption, keyOption, pinnedKey } from './verification/verification-options.ts'

export const command = 'prove <id>'
export const describe = 'Get a proof that one event is in the log.'
export const details =
  'Exits with 8 if no checkpoint covers the event. For an event that was just recorded, try again after a minute.'
export const examples = [
  'rack-gateway audit prove 01a21006-6e55-7646-9171-966421143187 > proof.json',
  'rack-gateway audit prove 01a21006-6e55-7646-9171-966421143187 -o proof.json',
]
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the event' },
  output: { type: 'string', alias: 'o', complete: 'file', describe: 'Write the proof to this file' },
  database: databaseOption,
  archive: archiveOption,
  key: keyOption,
  rack: rackOption,
} as const satisfies CommandOptions
export const progress = 'getting the proof'

type ProveArguments = Arguments<typeof builder>

export async function handler(args: ProveArguments): Promise<number> {
  const { context } = args
  if (!isUuid(args.id.toLowerCase()))
    throw new Usage('The ID of the event is not a UUID.', 'Search for the event with: rack-gateway audit search')
  const pinned = pinnedKey(args.key ?? null)
  const proof = await getProof(args)
  const verification = await verifyProof(proof, pinned)
  if (!verification.isValid) {
    context.note(printable(`The proof from the log is not valid: ${verification.because}`))
    return exitCodes.checkFailed
  }
  const text = JSON.stringify(proof, null, 2)
  if (args.output === undefined) context.print(text)
  else await writeFile(args.output, `${text}\n`)
  for (const line of proofSentences(verification)) context.note(printable(line))
  return exitCodes.ok
}

function getProof(args: ProveArguments): Promise<unknown> {
  const { database, archive, id } = args
  if (database !== undefined && archive !== undefined)
    throw new Usage('--database and --archive exclude each other.', 'Pass one of them.')
  if (archive !== undefined) return proveFromArchive(archive, id)
  return database === undefined ? requestProof(args) : proveFromDatabase(database, id)
}

async function proveFromArchive(directory: string, id: string): Promise<unknown> {
  const reader = directoryArchive(directory)
  const result = await proveArchived(reader, await reader.months(), id).catch((error: unknown) => {
    throw toUnreadableError(error)
  })
  if (result.kind === 'proof') return result.proof
  if (result.kind === 'unsigned')
    throw new NotSigned('No checkpoint in the archive covers this event.', 'Verify the archive.')
  throw new Usage('The archive has no event with this ID.', 'Name the archive of the month of the event.')
}

async function requestProof({ context, id, rack }: ProveArguments): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of await openResponseBody(
    context,
    rack ?? null,
    requestFor('proveAuditEvent', { id: id.toLowerCase() }),
  ))
    pieces.push(piece)
  return parseJson(Buffer.concat(pieces).toString('utf8'))
}

async function proveFromDatabase(url: string, id: string): Promise<unknown> {
  // Imported here, because the PostgreSQL driver is slow to load.
  const { connectToDatabase } = await import('./verification/audit-database.ts')
  const sql = connectToDatabase(url)
  try {
    const result = await makeProof(sql, id)
    if (result.kind === 'proof') return result.proof
    if (result.kind === 'unknown')
      throw new Usage('The database has no event with this ID.', 'Search for it with: rack-gateway audit search')
    throw new NotSigned(
      'No checkpoint has signed this event yet, so nothing proves that a gateway wrote it.',
      'Retry in a minute. If no checkpoint signs it within seven minutes, run: rack-gateway audit verify --database URL',
    )
  } finally {
    await sql.end({ timeout: 1 })
  }
}
