import { randomBytes } from 'node:crypto'
import { access, link, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../../context.ts'
import { GatewayUnreachable, Interrupted, Usage } from '../../errors.ts'
import { failure } from '../../gateway/gateway-request.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { openAudit } from './audit-api.ts'
import { filterQuery, type GivenFilters } from './events/filters.ts'
import type { Zone } from './events/times.ts'

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
  const asked = { target, query, signal: context.interruption() }
  if (output === '-') return print(asked)
  await writeFile(asked, file, existing)
  context.note(`the export is in ${printable(file)}`)
}

interface Asked {
  readonly target: Target
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

async function print(asked: Asked): Promise<void> {
  try {
    await receive(asked, process.stdout, 'what was printed is not all of it')
  } catch (error) {
    throw isOfSystem(error) ? notWritten('standard output', error) : error
  }
}

/** Opened first: nothing is asked for, and so recorded as read, that can't be written. */
async function writeFile(asked: Asked, file: string, existing: Export['existing']): Promise<void> {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    const opened = await open(part, 'wx', 0o600)
    try {
      await receive(asked, opened.createWriteStream(), 'nothing of it was kept')
    } finally {
      await opened.close()
    }
    await put(part, file, existing)
  } catch (error) {
    throw isOfSystem(error) ? notWritten(printable(file), error) : error
  } finally {
    await rm(part, { force: true }).catch(() => undefined)
  }
}

/** @throws Interrupted, GatewayUnreachable, or the error of the system by which it can't be written */
async function receive({ target, query, signal }: Asked, to: Writable, kept: string): Promise<void> {
  const { body } = await openAudit(target, `/audit/export?${query}`, { signal })
  try {
    const bytes = Readable.fromWeb(body ?? new ReadableStream())
    await pipeline(bytes, to, { end: to !== process.stdout, signal })
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    if (isOfSystem(error)) throw error
    throw new GatewayUnreachable(
      `the export of ${target.origin} broke off, so ${kept}: ${printable(failure(error))};`,
      'try again, or export less at a time with --since and --until',
    )
  }
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
  return new Usage(`${printable(output)} is there already:`, 'name another file, or add --force to replace it')
}

/** What comes from the gateway has such an error as its cause at most. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function notWritten(what: string, { message }: Error): Error {
  const [, code, why] = /^([A-Z0-9]+): ([^,]+)/.exec(message) ?? []
  return new Usage(
    `${what} cannot be written: ${printable(why === undefined ? message : `${why} (${code})`)};`,
    'name another file, or look who owns its directory, and whether there is room',
  )
}
