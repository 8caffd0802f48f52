import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { linkHash } from '../events/chain.ts'
import type { AuditEvent } from '../events/event.ts'
import { columnTexts } from '../events/event-columns.ts'
import { RecordedEvent } from '../events/recorded-event.ts'
import { monthOf } from '../months/calendar-month.ts'
import type { FileName } from './file-name.ts'
import { type FallbackKeys, type FileHeader, readEventLine, readHeader } from './signed-line.ts'

/** How a file ends: after a complete line, within a line as after a crash, or with invalid content. */
export type FileEnd =
  | { readonly kind: 'whole' }
  | { readonly kind: 'torn'; readonly bytes: number }
  | { readonly kind: 'damaged'; readonly reason: string }

export interface FileReader {
  /** Null if the first line is missing or invalid, or if the file is not suitable, such as a pipe. */
  readonly header: FileHeader | null
  /** Valid events in batches, up to the first invalid one. Call once. */
  batches(): AsyncGenerator<readonly RecordedEvent[], FileEnd>
  /** Why `header` is null. If there is a header, `batches` returns how the file ends. */
  readonly end: FileEnd
  close(): Promise<void>
}

/** The limits of the fields keep each event far below this size, so the gateway did not write a longer line. */
const maxLineBytes = 1024 * 1024
const batchSize = 500

/**
 * Opens a file and trusts only signed content. Rejects links, pipes, files of other users, files that other users can
 * write to, and files with a second hard link.
 *
 * @throws the operating system's error if the file cannot be opened or read
 */
export async function openFallbackFile(path: string, fileName: FileName, keys: FallbackKeys): Promise<FileReader> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return await readerOf(handle, fileName, keys)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function readerOf(handle: FileHandle, fileName: FileName, keys: FallbackKeys): Promise<FileReader> {
  const close = () => handle.close()
  const unsuitable = await fileProblem(handle)
  if (unsuitable) return { header: null, end: damaged(unsuitable), batches: noEvents, close }
  const lines = linesOf(handle)
  const first = await lines.next()
  // An empty file lacks its header, as after a crash.
  if (first.done) {
    const end: FileEnd = first.value.kind === 'whole' ? { kind: 'torn', bytes: 0 } : first.value
    return { header: null, end, batches: noEvents, close }
  }
  const header = readHeader(first.value, keys)
  const problem = headerProblem(header, fileName)
  if (header === null || problem) return { header: null, end: damaged(problem ?? ''), batches: noEvents, close }
  return {
    header,
    end: { kind: 'whole' },
    batches: () => eventsOf(lines, header, keys),
    close,
  }
}

async function* noEvents(): AsyncGenerator<readonly RecordedEvent[], FileEnd> {
  yield []
  return { kind: 'whole' }
}

async function fileProblem(handle: FileHandle): Promise<string | null> {
  const stats = await handle.stat()
  const userId = process.getuid?.()
  if (!stats.isFile()) return 'it is not a file'
  if (stats.nlink !== 1) return 'it has more than one hard link'
  if (userId !== undefined && stats.uid !== userId) return 'it belongs to another user'
  return (stats.mode & 0o022) === 0 ? null : 'other users can write to it'
}

function headerProblem(header: FileHeader | null, fileName: FileName): string | null {
  if (header === null) return 'its first line is not signed by a key of this gateway (APP_SECRET_KEY)'
  return header.id === fileName.stream && header.seq === fileName.seq ? null : 'its name does not match its content'
}

async function* eventsOf(
  lines: AsyncGenerator<string, FileEnd>,
  header: FileHeader,
  keys: FallbackKeys,
): AsyncGenerator<readonly RecordedEvent[], FileEnd> {
  let batch: RecordedEvent[] = []
  let previous: RecordedEvent | null = null
  for (;;) {
    const line = await lines.next()
    const event: RecordedEvent | string = line.done ? '' : readEvent(line.value, header, previous, keys)
    if (typeof event === 'string') {
      if (batch.length > 0) yield batch
      return line.done ? line.value : damaged(event)
    }
    batch.push(event)
    previous = event
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
}

/** @returns the event, or the reason why the line is invalid */
function readEvent(
  line: string,
  header: FileHeader,
  previous: RecordedEvent | null,
  keys: FallbackKeys,
): RecordedEvent | string {
  const seq = previous ? previous.position.seq + 1 : header.seq
  const signed = readEventLine(line, keys)
  if (signed === null) return `event ${seq} is not signed by a key of this gateway (APP_SECRET_KEY)`
  const hash = Buffer.from(signed.hash, 'hex')
  const prev = previous?.hash ?? Buffer.from(header.prev, 'hex')
  // The signature covers only the hash, so the hash must match before the text is parsed.
  if (!linkHash(prev, signed.canonical).equals(hash)) return `event ${seq} was changed`
  const event = parse(signed.canonical)
  if (event === null) return `event ${seq} cannot be read`
  const moment = Date.parse(event.at)
  if (event.stream !== header.id || event.seq !== seq || monthOf(moment) !== header.month)
    return `event ${seq} belongs to another stream or position`
  const position = { id: event.id, stream: event.stream, seq, moment, at: event.at }
  return new RecordedEvent(position, columnTexts(event), signed.canonical, prev, hash)
}

function parse(text: string): AuditEvent | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Complete lines without line breaks. */
async function* linesOf(handle: FileHandle): AsyncGenerator<string, FileEnd> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end)
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > maxLineBytes) return damaged('it has a line that is too long')
  }
  return rest.length === 0 ? { kind: 'whole' } : { kind: 'torn', bytes: rest.length }
}

function damaged(reason: string): FileEnd {
  return { kind: 'damaged', reason }
}
