import { parseTimedEvents, type TimedEvent } from './timed-event.ts'

interface Segment {
  /** The time of the last event of the previous segment, in milliseconds. */
  readonly previousTime: number
  /** The time of the segment's first event, in milliseconds. */
  readonly startsAt: number
  readonly lines: Blob
}

/** A segment with this many characters of asciicast is complete. A seek parses whole segments. */
const segmentLength = 256 * 1024

/** The maximum number of characters. A longer recording is cut off, because some browsers keep blobs in memory. */
export const maxRecordingLength = 512 * 1024 * 1024

/**
 * The events of a recording, in segments. Complete segments are blobs: browsers keep blobs outside the page's memory,
 * and large ones on disk.
 */
export class RecordingEvents {
  readonly #segments: Segment[] = []
  #lines: string[] = []
  #events: TimedEvent[] = []
  #openLength = 0
  /** The time of the last event before the open segment. */
  #previousTime = 0
  /** Characters of all events. */
  length = 0
  /** The time of the last event, in milliseconds. */
  duration = 0

  /** The number of segments, including the open one. */
  get segments(): number {
    return this.#segments.length + 1
  }

  /** @returns whether the event begins a new segment */
  add(line: string, event: TimedEvent): boolean {
    const isFull = this.#openLength >= segmentLength
    if (isFull) this.#close()
    this.#lines.push(line)
    this.#events.push(event)
    this.#openLength += line.length + 1
    this.length += line.length + 1
    this.duration = event.at
    return isFull
  }

  /** The events of a segment. The list of the open segment grows while the recording loads. */
  async read(number: number): Promise<readonly TimedEvent[]> {
    const segment = this.#segments[number]
    return segment === undefined
      ? this.#events
      : parseTimedEvents((await segment.lines.text()).split('\n'), segment.previousTime)
  }

  /** The time of the first event of a segment; null if the segment has no events or does not exist. */
  startOf(number: number): number | null {
    return this.#segments[number]?.startsAt ?? (number === this.#segments.length ? (this.#events[0]?.at ?? null) : null)
  }

  /** The last segment that begins at a time or before it. */
  segmentAt(time: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.startOf(middle) ?? Number.POSITIVE_INFINITY) <= time) low = middle
      else high = middle - 1
    }
    return low
  }

  #close(): void {
    const startsAt = this.#events[0]?.at ?? this.#previousTime
    this.#segments.push({ previousTime: this.#previousTime, startsAt, lines: new Blob([this.#lines.join('\n')]) })
    this.#previousTime = this.duration
    this.#lines = []
    this.#events = []
    this.#openLength = 0
  }
}
