import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, link, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../../context.ts'
import { GatewayUnreachable, Usage } from '../../errors.ts'
import { failure } from '../../gateway-request.ts'
import type { Target } from '../../target.ts'
import { printable } from '../../terminal.ts'
import { openAudit } from './audit-api.ts'
import { filterQuery, type GivenFilters } from './filters.ts'
import type { Zone } from './times.ts'

export interface Export extends GivenFilters {
  readonly format: 'ndjson' | 'csv' | 'ocsf'
  /** `-`: standard output. */
  readonly output: string
  readonly existing: 'keep' | 'replace'
  readonly zone: Zone
}

/** Writes all that fits to a file that only its owner reads, and that is there only when it is whole. */
export async function exportAudit(context: Context, target: Target, wanted: Export): Promise<void> {
  const { format, output, existing, zone } = wanted
  const query = filterQuery(wanted, { now: context.now, zone })
  query.set('format', format)
  const file = resolve(context.cwd, output)
  if (output !== '-' && existing === 'keep' && (await exists(file))) throw thereAlready(file)
  const signal = context.interruption()
  const { body } = await openAudit(target, `/audit/export?${query}`, { signal })
  const bytes = Readable.fromWeb(body ?? new ReadableStream())
  if (output === '-') return whole(target, pipeline(bytes, process.stdout, { end: false, signal }))
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    await whole(target, pipeline(bytes, createWriteStream(part, { flags: 'wx', mode: 0o600 }), { signal }))
    await put(part, file, existing)
  } finally {
    await rm(part, { force: true })
  }
  context.note(`the export is in ${printable(file)}`)
}

/** A link is made only where there is nothing yet, whoever else writes there. */
async function put(part: string, file: string, existing: Export['existing']): Promise<void> {
  if (existing === 'replace') return rename(part, file)
  await link(part, file).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? thereAlready(file) : error
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function thereAlready(output: string): Error {
  return new Usage(`${printable(output)} is there already: name another file, or add --force to replace it`)
}

async function whole({ origin }: Target, written: Promise<void>): Promise<void> {
  try {
    await written
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') throw error
    throw new GatewayUnreachable(
      `the export of ${origin} broke off, so nothing of it was kept: ${printable(failure(error))}; try again, or export less at a time with --since and --until`,
    )
  }
}
