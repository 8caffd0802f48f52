import type { EncodedDraft } from './encode.ts'
import { AuditUnavailable } from './errors.ts'
import type { RecordedEvent } from './recorded-event.ts'

/** An event in the queue, and its caller. */
export interface QueuedEvent {
  readonly draft: EncodedDraft
  readonly at: number
  /** Whether a caller waits for it. */
  readonly urgent: boolean
  resolve(event: RecordedEvent): void
  reject(reason: Error): void
}

export interface QueueLimits {
  /** Maximum events. */
  readonly events: number
  /** Maximum characters of all events, approximately. */
  readonly characters: number
}

export interface WriteQueue {
  /** @throws AuditUnavailable if the queue is full */
  add(waiting: QueuedEvent): void
  first(): QueuedEvent | undefined
  /** Removes events from the front while `fits` returns true, within `limit`. */
  take(limit: QueueLimits, fits: (waiting: QueuedEvent) => boolean): QueuedEvent[]
  rejectAll(reason: Error): void
  readonly length: number
  /** Number of events with a waiting caller. */
  readonly urgent: number
}

/** A bounded queue that rejects new events at once when it is full. */
export function createWriteQueue(limits: QueueLimits): WriteQueue {
  let line: QueuedEvent[] = []
  let characters = 0
  let urgent = 0
  return {
    add(waiting) {
      if (line.length >= limits.events || characters + waiting.draft.size > limits.characters) {
        throw new AuditUnavailable(`${line.length} events are waiting to be written`)
      }
      line.push(waiting)
      urgent += Number(waiting.urgent)
      characters += waiting.draft.size
    },
    first: () => line[0],
    take(limit, fits) {
      let size = 0
      let count = 0
      for (const waiting of line) {
        size += waiting.draft.size
        if (count === limit.events || (count > 0 && size > limit.characters) || !fits(waiting)) break
        count++
      }
      const taken = line.splice(0, count)
      for (const waiting of taken) {
        characters -= waiting.draft.size
        urgent -= Number(waiting.urgent)
      }
      return taken
    },
    rejectAll(reason) {
      const rejected = line
      line = []
      characters = 0
      urgent = 0
      for (const waiting of rejected) waiting.reject(reason)
    },
    get length() {
      return line.length
    },
    get urgent() {
      return urgent
    },
  }
}
