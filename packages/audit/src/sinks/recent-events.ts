import { LRUCache } from 'lru-cache'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { type SinkEvent, sinkEventOf } from './transports/sink-event.ts'
import type { BatchLimits } from './transports/transport.ts'

/** The newest events of this process, shared by all sinks. A sink that lags further reads the database. */
export interface RecentEvents {
  add(events: readonly RecordedEvent[]): void
  /** Events after `seq` in the stream: empty if there are none yet, null if the next one is not cached. */
  after(stream: string, seq: number, limits: BatchLimits): SinkEvent[] | null
  /** The last number of the stream, or null if it is not cached. */
  lastOf(stream: string): number | null
  /** Time of the event after `seq`, or null if it is not cached. */
  momentAfter(stream: string, seq: number): number | null
  readonly characters: number
}

/** Events of one stream that were added in a row. */
interface Run {
  /** Index of the event `first`, counted from the first event ever added. */
  readonly start: number
  readonly first: number
  last: number
}

const maxStreams = 8

export function createRecentEvents(limits: BatchLimits): RecentEvents {
  const runs = new LRUCache<string, Run>({ max: maxStreams })
  let cached: SinkEvent[] = []
  /** Number of events that were added before `cached[0]`. */
  let removed = 0
  /** Number of dropped events at the start of `cached`. */
  let dropped = 0
  let characters = 0

  function add(event: SinkEvent) {
    const run = runs.get(event.stream)
    const end = removed + cached.length
    cached.push(event)
    characters += event.canonical.length
    if (run && run.last + 1 === event.seq && run.start + run.last + 1 - run.first === end) run.last = event.seq
    else runs.set(event.stream, { start: end, first: event.seq, last: event.seq })
  }

  function forgetOldest() {
    while (cached.length - dropped > limits.events || characters > limits.characters) {
      characters -= cached[dropped]?.canonical.length ?? 0
      dropped++
    }
    if (dropped < cached.length / 2) return
    removed += dropped
    cached = cached.slice(dropped)
    dropped = 0
  }

  /** Index in `cached` of the event after `seq`, or null. */
  function indexAfter(stream: string, seq: number): number | null {
    const run = runs.get(stream)
    if (!run || seq + 1 < run.first || seq >= run.last) return null
    const index = run.start + seq + 1 - run.first - removed
    return index < dropped ? null : index
  }

  return {
    add(events) {
      for (const event of events) add(sinkEventOf(event))
      forgetOldest()
    },
    after(stream, seq, batch) {
      const last = runs.get(stream)?.last
      if (last !== undefined && seq >= last) return []
      const index = indexAfter(stream, seq)
      return index === null || last === undefined ? null : firstOf(cached, index, index + last - seq, batch)
    },
    momentAfter(stream, seq) {
      const index = indexAfter(stream, seq)
      return index === null ? null : (cached[index]?.moment ?? null)
    },
    lastOf: (stream) => runs.get(stream)?.last ?? null,
    get characters() {
      return characters
    },
  }
}

/** Events from `start` that fit one batch, at least one. */
function firstOf(events: readonly SinkEvent[], start: number, end: number, limits: BatchLimits): SinkEvent[] {
  let size = 0
  let stop = start
  for (; stop < end && stop - start < limits.events; stop++) {
    size += events[stop]?.canonical.length ?? 0
    if (stop > start && size > limits.characters) break
  }
  return events.slice(start, stop)
}

export function fittingEvents(events: readonly SinkEvent[], limits: BatchLimits): SinkEvent[] {
  return firstOf(events, 0, events.length, limits)
}
