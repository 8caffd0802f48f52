import { LRUCache } from 'lru-cache'
import type { RecordedEvent } from '../recorded-event.ts'
import { type SinkEvent, sinkEventOf } from './sink-event.ts'
import type { BatchLimits } from './transport.ts'

/** The newest events of this process, shared by all sinks. A sink that lags further reads the database. */
export interface RecentEvents {
  add(events: readonly RecordedEvent[]): void
  /** Events after `seq` in the stream, or null if the next one is not cached. */
  after(stream: string, seq: number, limits: BatchLimits): SinkEvent[] | null
  /** The last number of the stream, or null if it is not cached. */
  lastOf(stream: string): number | null
  /** Time of the event after `seq`, or null if it is not cached. */
  momentAfter(stream: string, seq: number): number | null
  readonly characters: number
}

interface Run {
  /** Index of the event `first`, counted from the first event ever added. */
  readonly start: number
  readonly first: number
  last: number
}

const mostStreams = 8

export function createRecentEvents(limits: BatchLimits): RecentEvents {
  const runs = new LRUCache<string, Run>({ max: mostStreams })
  let kept: SinkEvent[] = []
  /** Number of events before `kept[0]`, and of dropped events in `kept`. */
  let before = 0
  let head = 0
  let characters = 0

  function add(event: SinkEvent) {
    const run = runs.get(event.stream)
    const end = before + kept.length
    kept.push(event)
    characters += event.canonical.length
    if (run && run.last + 1 === event.seq && run.start + run.last + 1 - run.first === end) run.last = event.seq
    else runs.set(event.stream, { start: end, first: event.seq, last: event.seq })
  }

  function forgetOldest() {
    while (kept.length - head > limits.events || characters > limits.characters) {
      characters -= kept[head]?.canonical.length ?? 0
      head++
    }
    if (head < kept.length / 2) return
    before += head
    kept = kept.slice(head)
    head = 0
  }

  /** Index in `kept` of the event after `seq`, or null. */
  function indexAfter(stream: string, seq: number): number | null {
    const run = runs.get(stream)
    if (!run || seq + 1 < run.first || seq >= run.last) return null
    const index = run.start + seq + 1 - run.first - before
    return index < head ? null : index
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
      return index === null || last === undefined ? null : firstOf(kept, index, index + last - seq, batch)
    },
    momentAfter(stream, seq) {
      const index = indexAfter(stream, seq)
      return index === null ? null : (kept[index]?.moment ?? null)
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

export function fitting(events: readonly SinkEvent[], limits: BatchLimits): SinkEvent[] {
  return firstOf(events, 0, events.length, limits)
}
