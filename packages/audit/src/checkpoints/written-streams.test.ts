import type { StreamHead } from '@rack-gateway/audit-proof'
import { expect, test } from 'vitest'
import { encode } from '../events/encode.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { createEventStream } from '../log/stream.ts'
import { type Checkpoint, noCheckpoint } from '../signed-notes/checkpoint.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree } from '../tree/tree.ts'
import { createWrittenStreams } from './written-streams.ts'

const startedAt = Date.UTC(2026, 10, 25)

function writtenStream() {
  const stream = createEventStream(startedAt)
  const events: RecordedEvent[] = []
  const write = (count: number, kind: 'call' | 'stream.closed' = 'call') => {
    const fresh = Array.from({ length: count }, () => stream.seal(encode({ kind }), startedAt))
    events.push(...fresh)
    return fresh
  }
  const head = (size: number, state: StreamHead['state'] = 'open'): StreamHead => {
    const tree = createTree()
    for (const { hash } of events.slice(0, size)) tree.append(leafOf(hash.toString('hex')))
    return { stream: stream.id, size, root: tree.root(), state }
  }
  return { id: stream.id, write, head }
}

function checkpoint(number: number, heads: readonly StreamHead[], minutes = 0): Checkpoint {
  return {
    number,
    at: new Date(startedAt + minutes * 60_000).toISOString(),
    previous: noCheckpoint,
    key: signingKeyOf(Buffer.alloc(32)).publicKey,
    replaces: null,
    restored: null,
    heads,
    note: { text: '', signatures: [] },
    written: '',
    hash: noCheckpoint,
  }
}

test('checkpoints match the written events, however far they lag', async () => {
  const { write, head } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(10))
  expect(own.unsigned()).toBe(10)
  expect(await own.compare(checkpoint(1, [head(4)]))).toEqual([])
  expect(own.unsigned()).toBe(6)
  own.add(write(5))
  expect(await own.compare(checkpoint(2, [head(15)]))).toEqual([])
  own.add(write(1, 'stream.closed'))
  expect(await own.compare(checkpoint(3, [head(16, 'closed')]))).toEqual([])
  expect(own.unsigned()).toBe(0)
})

test('while a comparison hashes many events, callers continue, and can add events', async () => {
  const { write, head } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(2_000))
  let turns = 0
  let isCompared = false
  function turn(): void {
    turns++
    own.add(write(1))
    if (!isCompared) setImmediate(turn)
  }
  setImmediate(turn)
  expect(await own.compare(checkpoint(1, [head(2_000)]))).toEqual([])
  isCompared = true
  expect(turns).toBeGreaterThanOrEqual(8)
  expect(await own.compare(checkpoint(2, [head(2_000 + turns)]))).toEqual([])
})

test('a different event is detected once', async () => {
  const { id, write, head } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(10))
  const forged = { ...head(10), root: 'ab'.repeat(32) }
  expect(await own.compare(checkpoint(1, [forged]))).toEqual([{ stream: id, number: 1, size: 10, problem: 'root' }])
  own.add(write(1))
  expect(await own.compare(checkpoint(2, [head(11)]))).toEqual([])
})

test('a checkpoint may sign events before they are added, but events that are never added are a mismatch', async () => {
  const { id, write, head } = writtenStream()
  const own = createWrittenStreams()
  const [first, second] = [write(3), write(2)]
  own.add(first)
  expect(await own.compare(checkpoint(1, [head(5)]))).toEqual([])
  own.add(second)
  expect(await own.compare(checkpoint(2, [head(5)]))).toEqual([])
  const more = { ...head(5), size: 6 }
  expect(await own.compare(checkpoint(3, [more]))).toEqual([])
  expect(await own.compare(checkpoint(4, [more]))).toEqual([{ stream: id, number: 4, size: 6, problem: 'more' }])
})

test('an unsigned stream is reported after a while', async () => {
  const { id, write } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(1))
  expect(await own.compare(checkpoint(1, [], 1))).toEqual([])
  expect(await own.compare(checkpoint(2, [], 6))).toEqual([{ stream: id, number: 2, size: 0, problem: 'absent' }])
})

test('an unsigned end of an idle stream is reported after a while', async () => {
  const { id, write, head } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(10))
  expect(await own.compare(checkpoint(1, [head(7)], 1))).toEqual([])
  expect(await own.compare(checkpoint(2, [head(7)], 5))).toEqual([])
  expect(await own.compare(checkpoint(3, [head(7)], 6))).toEqual([{ stream: id, number: 3, size: 7, problem: 'short' }])
  expect(await own.compare(checkpoint(4, [head(7)], 12))).toEqual([])
})

test('events that are signed late are not reported, after an import from a fallback file or during writes', async () => {
  const { write, head } = writtenStream()
  const own = createWrittenStreams()
  own.add(write(10))
  expect(await own.compare(checkpoint(1, [head(2)], 60))).toEqual([])
  expect(await own.compare(checkpoint(2, [head(6)], 64))).toEqual([])
  expect(await own.compare(checkpoint(3, [head(8)], 68))).toEqual([])
  own.add(write(5))
  expect(await own.compare(checkpoint(4, [head(15)], 72))).toEqual([])
  own.add(write(1))
  expect(await own.compare(checkpoint(5, [head(15)], 80))).toEqual([])
  expect(await own.compare(checkpoint(6, [head(16)], 81))).toEqual([])
})

test('an unsigned stream from a fallback file is reported only some time after its import', async () => {
  const { id, write } = writtenStream()
  const own = createWrittenStreams()
  own.onFallbackStart()
  own.add(write(1))
  expect(await own.compare(checkpoint(1, [], 6))).toEqual([])
  own.onFallbackEnd(startedAt + 10 * 60_000)
  expect(await own.compare(checkpoint(2, [], 9))).toEqual([])
  expect(await own.compare(checkpoint(3, [], 14))).toEqual([])
  expect(await own.compare(checkpoint(4, [], 16))).toEqual([{ stream: id, number: 4, size: 0, problem: 'absent' }])
})

test('without checkpoints hashes are bounded, and a later checkpoint is still compared', async () => {
  const { write, head } = writtenStream()
  const own = createWrittenStreams(4_000)
  for (let count = 0; count < 21; count++) own.add(write(200))
  expect(own.unsigned()).toBeLessThanOrEqual(4_000)
  expect(await own.compare(checkpoint(1, [head(100)]))).toEqual([])
  // Only the oldest hashes were dropped, so checkpoints of the others are compared.
  expect(await own.compare(checkpoint(1, [head(2_000)]))).toEqual([])
  expect(own.unsigned()).toBe(2_200)
  expect(await own.compare(checkpoint(2, [head(4_200)]))).toEqual([])
  expect(await own.compare(checkpoint(3, [{ ...head(4_200), root: 'ab'.repeat(32) }]))).toHaveLength(1)
})
