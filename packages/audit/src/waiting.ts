import type { EncodedDraft } from './encode.ts'
import { AuditUnavailable } from './errors.ts'
import type { RecordedEvent } from './recorded-event.ts'

/** A caller that waits until its event is durable. */
export interface Waiting {
  readonly draft: EncodedDraft
  readonly at: number
  /** Whether somebody waits for it. */
  readonly urgent: boolean
  resolve(event: RecordedEvent): void
  reject(reason: Error): void
}

export interface WaitingLimits {
  /** Events that may wait. */
  readonly events: number
  /** About how many characters they may hold together. */
  readonly characters: number
}

export interface WaitingLine {
  /** @throws AuditUnavailable when it is full */
  add(waiting: Waiting): void
  first(): Waiting | undefined
  /** Takes from the front while `fits` says so, at most `limit` events. */
  take(limit: WaitingLimits, fits: (waiting: Waiting) => boolean): Waiting[]
  rejectAll(reason: Error): void
  readonly length: number
  /** How many of them somebody waits for. */
  readonly urgent: number
}

/** A bounded line: when it is full, the newest is turned away at once instead of waiting for nothing. */
export function createWaitingLine(limits: WaitingLimits): WaitingLine {
  let line: Waiting[] = []
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
