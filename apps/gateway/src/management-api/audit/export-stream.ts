import { createHash } from 'node:crypto'
import type { ExportFormat } from '@rack-gateway/audit/export'
import type { FoundEvent } from '@rack-gateway/audit/search'

export interface ExportOptions {
  readonly batches: AsyncIterable<readonly FoundEvent[]>
  readonly format: ExportFormat
  readonly signal: AbortSignal
  readonly onTaken: () => void
  /** Resolves when it is recorded what was exported: before the last part is sent. */
  readonly record: (exported: Exported) => Promise<void>
}

export interface Exported {
  readonly count: number
  /** Of all bytes, hex. */
  readonly sha256: string
  readonly complete: boolean
}

/**
 * A batch is read when the one before was taken. The last one waits for the record of the export, so that nobody holds a whole
 * export that isn't in the log; one that breaks off is recorded with what was sent by then.
 */
export async function* exportStream({
  batches,
  format,
  signal,
  onTaken,
  record,
}: ExportOptions): AsyncGenerator<string> {
  const hash = createHash('sha256')
  let count = 0
  let held = format.head
  let complete = false
  try {
    for await (const batch of batches) {
      signal.throwIfAborted()
      onTaken()
      hash.update(held)
      if (held !== '') yield held
      held = batch.map((event) => format.line(event)).join('')
      count += batch.length
    }
    signal.throwIfAborted()
    complete = true
    await record({ count, sha256: hash.update(held).digest('hex'), complete })
    if (held !== '') yield held
  } finally {
    if (!complete) await record({ count, sha256: hash.digest('hex'), complete })
  }
}
