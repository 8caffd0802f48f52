import { LRUCache } from 'lru-cache'
import type { RecordedEvent } from '../recorded-event.ts'
import { type SinkEvent, sinkEventOf } from './sink-event.ts'
import type { BatchLimits } from './transport.ts'

/** The newest events of this process, kept once for all sinks. Whoever comes later than they are kept reads the database. */
export interface RecentEvents {
  add(events: readonly RecordedEvent[]): void
  /** Those that follow `seq` in the stream, or null when the next one isn't here. */
  after(stream: string, seq: number, limits: BatchLimits): SinkEvent[] | null
  /** The last event of the stream, or null when it isn't one of this process, or of long ago. */
  lastOf(stream: string): number | null
  /** When the event that follows `seq` was recorded, or null when it isn't here. */
  momentAfter(stream: string, seq: number): number | null
  readonly characters: number
}

interface Run {
  /** Where the event `first` stands, counted from the first event ever added. */
  readonly start: number
  readonly first: number
  last: number
}

const mostStreams = 8

export function createRecentEvents(limits: BatchLimits): RecentEvents {
  const runs = new LRUCache<string, Run>({ max: mostStreams })
  let kept: SinkEvent[] = []
  /** How many were added before `kept[0]`, and how many of `kept` are given up. */
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

  /** Where in `kept` the event after `seq` stands, or null when it isn't there. */
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

/** As many from `start` on as one batch holds, and at least one. */
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
