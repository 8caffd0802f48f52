import { genesis, linkHash } from '../events/chain.ts'
import type { EncodedDraft } from '../events/encode.ts'
import { RecordedEvent, type RecordedPosition } from '../events/recorded-event.ts'
import { endOfMonth, monthOf } from '../months/calendar-month.ts'
import { uuidv7 } from './uuidv7.ts'

/** An open stream. Sealed events must be written, because later ones link to them. */
export interface EventStream {
  readonly id: string
  readonly month: number
  /** The time that an event at `at` gets: never before the time of the previous event. */
  nextEventTime(at: number): number
  /** Whether an event at `at` can be in this stream. A stream has only events of one month. */
  isInMonth(at: number): boolean
  seal(draft: EncodedDraft, at: number): RecordedEvent
  /** Number of sealed events. */
  readonly size: number
}

export function createEventStream(openedAt: number): EventStream {
  const id = uuidv7(openedAt)
  const month = monthOf(openedAt)
  const monthEnd = endOfMonth(openedAt)
  let seq = 0
  let prev: Buffer = genesis
  let lastAt = openedAt
  const nextEventTime = (at: number) => Math.max(lastAt, at)
  return {
    id,
    month,
    nextEventTime,
    isInMonth(at) {
      const moment = nextEventTime(at)
      return moment >= month && moment <= monthEnd
    },
    seal({ parts, columns }, at) {
      const moment = nextEventTime(at)
      const position = { id: uuidv7(moment), stream: id, seq: seq + 1, moment, at: instant(moment) }
      const text = insertPosition(parts, position)
      const recorded = new RecordedEvent(position, columns, text, prev, linkHash(prev, text))
      seq = position.seq
      prev = recorded.hash
      lastAt = moment
      return recorded
    },
    get size() {
      return seq
    },
  }
}

function insertPosition(
  [beforeAt, beforeId, beforeSeq, beforeStream, beforeVersion]: EncodedDraft['parts'],
  position: RecordedPosition,
) {
  const { at, id, seq, stream } = position
  const first = beforeAt === '' ? '' : `${beforeAt},`
  return `{${first}"at":"${at}"${beforeId},"id":"${id}"${beforeSeq},"seq":${seq}${beforeStream},"stream":"${stream}"${beforeVersion},"v":1}`
}

let cachedMoment = Number.NaN
let cachedInstant = ''

/** RFC 3339 with milliseconds. Cached, because events of a batch often share their time. */
function instant(moment: number): string {
  if (moment !== cachedMoment) {
    cachedMoment = moment
    cachedInstant = new Date(moment).toISOString()
  }
  return cachedInstant
}
