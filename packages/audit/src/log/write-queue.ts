import { AuditUnavailable } from '../errors/errors.ts'
import type { EncodedDraft } from '../events/encode.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'

export interface QueuedEvent {
  readonly draft: EncodedDraft
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Whether the event is written at once, in most cases because a caller waits for it. */
  readonly urgent: boolean
  resolve(event: RecordedEvent): void
  reject(reason: Error): void
}

export interface QueueLimits {
  readonly events: number
  /** Approximate characters of all events. */
  readonly characters: number
}

export interface WriteQueue {
  /** @throws AuditUnavailable if the queue is full */
  add(queued: QueuedEvent): void
  first(): QueuedEvent | undefined
  /** Removes events from the front while `fits` returns true, up to `limit`. The first event may be larger. */
  take(limit: QueueLimits, fits: (queued: QueuedEvent) => boolean): QueuedEvent[]
  rejectAll(reason: Error): void
  readonly length: number
  /** Number of events with `urgent`. */
  readonly urgentEvents: number
}

export function createWriteQueue(limits: QueueLimits): WriteQueue {
  let queue: QueuedEvent[] = []
  let characters = 0
  let urgentEvents = 0
  return {
    add(queued) {
      if (queue.length >= limits.events || characters + queued.draft.size > limits.characters) {
        throw new AuditUnavailable(`${queue.length} events are waiting to be written`)
      }
      queue.push(queued)
      urgentEvents += Number(queued.urgent)
      characters += queued.draft.size
    },
    first: () => queue[0],
    take(limit, fits) {
      let size = 0
      let count = 0
      for (const queued of queue) {
        size += queued.draft.size
        if (count === limit.events || (count > 0 && size > limit.characters) || !fits(queued)) break
        count++
      }
      const taken = queue.splice(0, count)
      for (const queued of taken) {
        characters -= queued.draft.size
        urgentEvents -= Number(queued.urgent)
      }
      return taken
    },
    rejectAll(reason) {
      const rejected = queue
      queue = []
      characters = 0
      urgentEvents = 0
      for (const queued of rejected) queued.reject(reason)
    },
    get length() {
      return queue.length
    },
    get urgentEvents() {
      return urgentEvents
    },
  }
}
