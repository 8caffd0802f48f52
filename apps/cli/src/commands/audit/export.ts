import { randomBytes } from 'node:crypto'
import { access, link, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type RequestOf, requestFor } from '@rack-gateway/gateway-api'
import { GatewayUnreachable, Interrupted, Usage } from '../../errors.ts'
import { failure } from '../../gateway/gateway-request.ts'
import { printable } from '../../output/terminal.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Target } from '../../target/target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { rackOption, utcOption } from '../options/shared-options.ts'
import { openAudit } from './audit-api.ts'
import { filterOptions, filterQuery } from './events/filters.ts'
import { zoneOf } from './events/times.ts'

export const command = 'export [words..]'
export const describe = 'Write all matching events to a file.'
export const details = 'Only you can read the file. It appears when the export is complete.'
export const examples = [
  'rack-gateway audit export --since 2027-01-01 --until 2027-02-01 --format csv -o january.csv',
  'rack-gateway audit export --principal ada@example.com -o -',
]
export const builder = {
  ...filterOptions,
  format: { choices: ['ndjson', 'csv', 'ocsf'], default: 'ndjson', describe: 'The format of the file' },
  output: {
    type: 'string',
    alias: 'o',
    demandOption: true,
    complete: 'file',
    describe: 'The file to write, or - for standard output',
  },
  force: { type: 'boolean', describe: 'Replace the file if it exists' },
  utc: utcOption,
  rack: rackOption,
} as const satisfies CommandOptions
export const progress = 'the gateway is exporting'

type Existing = 'keep' | 'replace'

export async function handler(given: Arguments<typeof builder>): Promise<void> {
  const { context, rack, format, output } = given
  const zone = zoneOf(given)
  const existing = given.force ? 'replace' : 'keep'
  const target = await targetOf(context, rack)
  const query = { ...filterQuery(given, { now: context.now, zone }), format }
  const file = resolve(context.cwd, output)
  if (output !== '-' && existing === 'keep' && (await exists(file))) throw thereAlready(file)
  const asked = { target, query, signal: context.interruption() }
  if (output === '-') return print(asked)
  await writeFile(asked, file, existing)
  context.note(`The export is in ${printable(file)}.`)
}

interface Asked {
  readonly target: Target
  readonly query: RequestOf<'exportAudit'>['query']
  readonly signal: AbortSignal
}

async function print(asked: Asked): Promise<void> {
  try {
    await receive(asked, process.stdout, 'the output is incomplete')
  } catch (error) {
    throw isOfSystem(error) ? notWritten('standard output', error) : error
  }
}

/** Opened first: nothing is asked for, and so recorded as read, that can't be written. */
async function writeFile(asked: Asked, file: string, existing: Existing): Promise<void> {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    const opened = await open(part, 'wx', 0o600)
    try {
      await receive(asked, opened.createWriteStream(), 'no file was written')
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
  const { body } = await openAudit(target, requestFor('exportAudit', { query }), { signal })
  try {
    const bytes = Readable.fromWeb(body ?? new ReadableStream())
    await pipeline(bytes, to, { end: to !== process.stdout, signal })
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    if (isOfSystem(error)) throw error
    throw new GatewayUnreachable(
      `The export of ${target.origin} was interrupted, so ${kept}: ${printable(failure(error))}.`,
      'Try again, or export a shorter period with --since and --until.',
    )
  }
}

/** A link is made only where there is nothing yet, whoever else writes there. */
async function put(part: string, file: string, existing: Existing): Promise<void> {
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
  return new Usage(`${printable(output)} already exists.`, 'Name another file, or pass --force to replace it.')
}

/** What comes from the gateway has such an error as its cause at most. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function notWritten(what: string, { message }: Error): Error {
  const [, code, why] = /^([A-Z0-9]+): ([^,]+)/.exec(message) ?? []
  return new Usage(
    `${what} cannot be written: ${printable(why === undefined ? message : `${why} (${code})`)}.`,
    'Name another file, or check the permissions and the free space of its directory.',
  )
}
