import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExportFormat, FoundEvent } from '@rack-gateway/audit'

export interface ExportOptions {
  readonly batches: AsyncIterable<readonly FoundEvent[]>
  readonly format: ExportFormat
  readonly signal: AbortSignal
  /** Called each time the consumer asks for more. */
  readonly onRead: () => void
  /** Resolves when the event of the export is durable. */
  readonly record: (result: ExportResult) => Promise<void>
}

export interface ExportResult {
  readonly count: number
  /** SHA-256 of all bytes, hex. */
  readonly sha256: string
  readonly complete: boolean
}

/**
 * Records the export before its last part is sent, so that no client has a complete export that is not in the log.
 * The recorded count of an aborted export can include two batches that the response buffered and did not send.
 */
export async function* exportStream({
  batches,
  format,
  signal,
  onRead,
  record,
}: ExportOptions): AsyncGenerator<string> {
  const hash = createHash('sha256')
  let count = 0
  let pending = { text: format.head, events: 0 }
  let complete = false
  try {
    for await (const batch of batches) {
      signal.throwIfAborted()
      onRead()
      hash.update(pending.text)
      count += pending.events
      if (pending.text !== '') yield pending.text
      pending = { text: await linesOf(batch, format), events: batch.length }
    }
    signal.throwIfAborted()
    complete = true
    count += pending.events
    await record({ count, sha256: hash.update(pending.text).digest('hex'), complete })
    if (pending.text !== '') yield pending.text
  } finally {
    if (!complete) await record({ count, sha256: hash.digest('hex'), complete })
  }
}

/** Characters of events that are formatted in one turn of the event loop. */
const charactersPerTurn = 32_768

/** Lets other calls run between parts of a batch. */
async function linesOf(batch: readonly FoundEvent[], format: ExportFormat): Promise<string> {
  let lines = ''
  let characters = 0
  for (const event of batch) {
    lines += format.line(event)
    characters += event.canonical.length
    if (characters < charactersPerTurn) continue
    await nextTurn()
    characters = 0
  }
  return lines
}
