import { randomBytes } from 'node:crypto'
import { access, link, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type RequestOf, requestFor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { GatewayUnreachable, Interrupted, Usage } from '../../errors/errors.ts'
import { failureReason } from '../../gateway/gateway-request.ts'
import { openStream } from '../../gateway/open-stream.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { standardOutput } from '../../terminal/standard-output.ts'
import { printable } from '../../terminal/terminal.ts'
import { rackOption, utcOption } from '../options/shared-options.ts'
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

type ExistingFile = 'keep' | 'replace'

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, format, output } = args
  const zone = zoneOf(args)
  const existing = args.force ? 'replace' : 'keep'
  const target = await targetOf(context, rack)
  const query = { ...filterQuery(args, { now: context.now, zone }), format }
  const file = resolve(context.cwd, output)
  if (output !== '-' && existing === 'keep' && (await exists(file))) throw fileExists(file)
  const request = { target, query, signal: context.interruption() }
  if (output === '-') return print(request)
  await writeFile(request, file, existing)
  context.note(`The export is in ${printable(file)}.`)
}

interface ExportRequest {
  readonly target: Target
  readonly query: RequestOf<'exportAudit'>['query']
  readonly signal: AbortSignal
}

async function print(request: ExportRequest): Promise<void> {
  try {
    await receive(request, standardOutput(), 'the output is incomplete')
  } catch (error) {
    throw isSystemError(error) ? writeError('standard output', error) : error
  }
}

/** Opens the file first. Otherwise, the gateway would record an export even if the file cannot be written. */
async function writeFile(request: ExportRequest, file: string, existing: ExistingFile): Promise<void> {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`
  try {
    const handle = await open(part, 'wx', 0o600)
    try {
      await receive(request, handle.createWriteStream(), 'no file was written')
    } finally {
      await handle.close()
    }
    await moveIntoPlace(part, file, existing)
  } catch (error) {
    throw isSystemError(error) ? writeError(printable(file), error) : error
  } finally {
    await rm(part, { force: true }).catch(() => undefined)
  }
}

/** @throws Interrupted, GatewayUnreachable, and the system's error if writing fails */
async function receive({ target, query, signal }: ExportRequest, to: Writable, consequence: string): Promise<void> {
  const { body } = await openStream(target, requestFor('exportAudit', { query }), { signal })
  try {
    const bytes = Readable.fromWeb(body ?? new ReadableStream())
    await pipeline(bytes, to, { end: to !== process.stdout, signal })
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    if (isSystemError(error)) throw error
    throw new GatewayUnreachable(
      `The export of ${target.origin} was interrupted, so ${consequence}: ${printable(failureReason(error))}.`,
      'Try again, or export a shorter period with --since and --until.',
    )
  }
}

/** Without `--force`, uses a hard link, which fails if another process has created the file meanwhile. */
async function moveIntoPlace(part: string, file: string, existing: ExistingFile): Promise<void> {
  if (existing === 'replace') return rename(part, file)
  await link(part, file).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? fileExists(file) : error
  })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function fileExists(output: string): Error {
  return new Usage(`${printable(output)} already exists.`, 'Name another file, or pass --force to replace it.')
}

/** Whether writing failed. Network errors of `fetch` have a system error only as their cause. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function writeError(output: string, { message }: Error): Error {
  const [, code, reason] = /^([A-Z0-9]+): ([^,]+)/.exec(message) ?? []
  return new Usage(
    `${output} cannot be written: ${printable(reason === undefined ? message : `${reason} (${code})`)}.`,
    'Name another file, or check the permissions and the free space of its directory.',
  )
}
