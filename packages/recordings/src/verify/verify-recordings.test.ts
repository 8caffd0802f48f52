import { momentOf } from '@rack-gateway/audit/uuid'
import { describe, expect, test } from 'vitest'
import { chunkKey, type DeriveKeys } from '../chunk.ts'
import { createRecordings } from '../recordings.ts'
import { keysOf } from '../testing/casts.ts'
import { type MemoryStore, memoryStore } from '../testing/stores.ts'
import { createLoggedRecordings, type RecordingEvent } from './logged-recordings.ts'
import { listRecordings } from './stored-recordings.ts'
import { type RecordingsVerification, verifyRecordings } from './verify-recordings.ts'

const deriveKeys = keysOf('k')
const [one, other, third] = ['1', '2', '3'].map((last) => `01a21006-6e55-7646-9171-96642114318${last}`) as [
  string,
  string,
  string,
]
const begun = momentOf(one) ?? Number.NaN
const endedAt = new Date(begun + 60_000).toISOString()
const now = begun + 86_400_000

interface World {
  readonly store: MemoryStore
  readonly events: RecordingEvent[]
  change(id: string, number: number, make: (chunk: Buffer) => Buffer | null): void
  verify(over?: {
    deriveKeys?: DeriveKeys | null
    wasRead?: (at: number) => boolean
    until?: number
    now?: number
  }): Promise<RecordingsVerification>
}

/** Each of four chunks: the first, `a…`, `b…`, and the last. */
async function record(world: World, id: string, mode: 'strict' | 'best-effort' = 'strict'): Promise<void> {
  const recordings = createRecordings({ store: world.store, deriveKeys, limits: { chunk: 1_000 }, onError() {} })
  const header = { cols: 80, rows: 24, startedAt: begun, command: 'bash', title: '' }
  const recording = await recordings.begin({ id, mode, input: false, secrets: null, header, onGap() {} })
  for (const letter of ['a', 'b']) recording.take('o', Buffer.from(letter.repeat(1_000)), true)
  const { chunks, head } = recording.finish('cut')
  await recordings.close()
  world.events.push(
    { kind: 'opened', at: endedAt, recording: { id, mode } },
    { kind: 'closed', at: endedAt, recording: { id, mode, chunks, head } },
  )
}

function newWorld(): World {
  const store = memoryStore()
  const events: RecordingEvent[] = []
  return {
    store,
    events,
    change(id, number, make) {
      const key = chunkKey(id, number)
      const changed = make(Buffer.from(store.objects.get(key) ?? Buffer.alloc(0)))
      if (changed === null) store.objects.delete(key)
      else store.objects.set(key, changed)
    },
    async verify(over = {}) {
      const logged = createLoggedRecordings()
      for (const event of events) logged.add(event)
      const stored = await listRecordings(store)
      const usual = { deriveKeys: null, wasRead: () => true, until: now, now }
      return verifyRecordings({ store, stored, logged: logged.all, ...usual, ...over })
    },
  }
}

async function recorded(...ids: readonly string[]): Promise<World> {
  const world = newWorld()
  for (const id of ids) await record(world, id)
  return world
}

function edited(chunk: Buffer): Buffer {
  chunk.writeUInt8(chunk.readUInt8(chunk.length - 40) ^ 1, chunk.length - 40)
  return chunk
}

describe('recordings against a log', () => {
  test('hold with keys and without', async () => {
    const world = await recorded(one, other)
    expect(await world.verify()).toMatchObject({ intact: true, proven: 2, chunks: 8, unopened: null, findings: [] })
    expect(await world.verify({ deriveKeys })).toMatchObject({ intact: true, proven: 2, unopened: 0 })
  })

  test('are proven with a key that does not open them, which is said', async () => {
    const world = await recorded(one, other)
    expect(await world.verify({ deriveKeys: keysOf('another') })).toMatchObject({
      intact: true,
      proven: 2,
      unopened: 2,
    })
  })

  const tampering: readonly [string, (world: World) => void, string, string][] = [
    [
      'edited',
      ({ change }) => change(one, 1, edited),
      'one of its chunks 0 to 3 is not what was recorded; with its key it could be told which',
      'chunk 1 was changed, or is of another recording',
    ],
    [
      'edited in its header’s salt',
      ({ change }) => change(one, 2, (chunk) => chunk.fill(0, 12, 16)),
      'one of its chunks 0 to 3 is not what was recorded; with its key it could be told which',
      'chunk 2 was changed, or is of another recording',
    ],
    [
      'that is no chunk any more',
      ({ change }) => change(one, 1, () => Buffer.from('nothing')),
      'chunk 1 is no chunk of a recording any more',
      'chunk 1 is no chunk of a recording any more',
    ],
    [
      'swapped',
      ({ store, change }) => {
        const second = Buffer.from(store.objects.get(chunkKey(one, 2)) ?? '')
        change(one, 2, () => Buffer.from(store.objects.get(chunkKey(one, 1)) ?? ''))
        change(one, 1, () => second)
      },
      'in the place of chunk 1 stands chunk 2',
      'in the place of chunk 1 stands chunk 2',
    ],
    [
      'of another recording',
      ({ store, change }) => change(one, 2, () => Buffer.from(store.objects.get(chunkKey(other, 2)) ?? '')),
      'one of its chunks 0 to 3 is not what was recorded; with its key it could be told which',
      'chunk 2 was changed, or is of another recording',
    ],
    ['taken away', ({ change }) => change(one, 1, () => null), 'chunk 1 is missing', 'chunk 1 is missing'],
    [
      'cut short',
      ({ change }) => change(one, 2, (chunk) => chunk.subarray(0, chunk.length - 1)),
      'one of its chunks 0 to 3 is not what was recorded; with its key it could be told which',
      'chunk 2 was changed, or is of another recording',
    ],
    [
      'cut off at the end',
      ({ change }) => change(one, 3, () => null),
      'chunk 3 is missing: there were 4',
      'chunk 3 is missing: there were 4',
    ],
    [
      'made the last one',
      ({ change }) => {
        change(one, 2, (chunk) => chunk.fill(1, 5, 6))
        change(one, 3, () => null)
      },
      'chunk 3 is missing: there were 4',
      'chunk 2 was changed, or is of another recording',
    ],
    [
      'put behind the last one',
      ({ store, change }) => change(one, 4, () => Buffer.from(store.objects.get(chunkKey(one, 3)) ?? '')),
      'chunk 4 stands after the last one',
      'chunk 4 stands after the last one',
    ],
    [
      'larger than any',
      ({ store }) => {
        const get = store.get.bind(store)
        store.get = async (key, options) => {
          if (key === chunkKey(one, 1))
            throw new (await import('@rack-gateway/object-store')).ObjectTooLarge(key, 's', 1)
          return get(key, options)
        }
      },
      'chunk 1 is no chunk of a recording any more',
      'chunk 1 is no chunk of a recording any more',
    ],
  ]
  test.each(tampering)('a chunk %s is found, and no other recording suffers', async (_what, tamper, closed, opened) => {
    const world = await recorded(one, other)
    tamper(world)
    for (const [keys, detail] of [
      [null, closed],
      [deriveKeys, opened],
    ] as const)
      expect(await world.verify({ deriveKeys: keys })).toMatchObject({
        intact: false,
        found: 1,
        findings: [{ problem: 'changed', recording: one, detail }],
        proven: 1,
      })
  })

  test('a whole recording that is gone is named, and one that the log does not know', async () => {
    const world = await recorded(one, other)
    for (let number = 0; number < 4; number++) world.change(one, number, () => null)
    await record(world, third)
    world.events.splice(-2)
    await world.store.put(`recordings/${other}/notes`, Buffer.from('x'))
    expect((await world.verify()).findings).toEqual([
      { problem: 'missing', recording: one, detail: '' },
      { problem: 'additional', recording: third, detail: '' },
      { problem: 'stray', recording: `recordings/${other}/notes`, detail: '' },
    ])
  })

  test('one that the log says was removed may be gone, or not be gone yet', async () => {
    const world = await recorded(one, other)
    world.events.push(
      { kind: 'recording.removed', at: endedAt, recording: { id: one } },
      { kind: 'recording.removed', at: endedAt, recording: { id: other } },
    )
    for (let number = 0; number < 4; number++) world.change(one, number, () => null)
    expect(await world.verify()).toMatchObject({ intact: true, removed: 2, proven: 0 })
  })

  test('of months whose events were not read they are neither proven nor refuted', async () => {
    const world = await recorded(one, other)
    world.events.length = 0
    const verification = await world.verify({ wasRead: () => false })
    expect(verification).toMatchObject({ intact: true, unproven: [one, other], unprovenCount: 2, proven: 0 })
    expect(await world.verify()).toMatchObject({ intact: false, found: 2 })
    expect(await world.verify({ until: 0 })).toMatchObject({ intact: true, newer: 2 })
  })

  test('that say a time to come are not taken for newer ones', async () => {
    const world = await recorded('ffffffff-ffff-7fff-8000-000000000000')
    world.events.length = 0
    expect((await world.verify({ until: 0 })).findings).toMatchObject([{ problem: 'additional' }])
  })

  test('with a key that is another one’s, no chunk is accused that is all right', async () => {
    const world = await recorded(one)
    world.change(one, 2, edited)
    const { findings } = await world.verify({ deriveKeys: keysOf('another') })
    expect(findings).toMatchObject([{ recording: one, detail: expect.stringContaining('one of its chunks 0 to 3') }])
    world.change(one, 2, edited)
    world.change(one, 3, () => null)
    expect(await world.verify({ deriveKeys: keysOf('another'), now: Date.parse(endedAt) + 1_000 })).toMatchObject({
      intact: true,
      pending: 1,
    })
  })

  test('nobody has closed yet are looked at as far as they are stored', async () => {
    const world = await recorded(one, other)
    world.events.splice(1, 1)
    world.change(one, 3, () => null)
    expect(await world.verify()).toMatchObject({ intact: true, open: 1, proven: 1 })
    world.change(one, 1, edited)
    expect((await world.verify({ deriveKeys })).findings).toMatchObject([{ recording: one, problem: 'changed' }])
    for (let number = 0; number < 3; number++) world.change(one, number, () => null)
    expect((await world.verify()).findings).toMatchObject([{ recording: one, problem: 'missing' }])
  })

  test('that ended a moment ago may be on their way; a hole in them is found all the same', async () => {
    const world = await recorded(one)
    world.change(one, 3, () => null)
    const moment = { now: Date.parse(endedAt) + 1_000 }
    expect(await world.verify(moment)).toMatchObject({ intact: true, pending: 1, proven: 0 })
    world.change(one, 1, () => Buffer.alloc(100))
    expect(await world.verify(moment)).toMatchObject({ intact: false })
  })

  test('what the session’s own process says counts for more than what was said when it seemed gone', async () => {
    const world = await recorded(one)
    world.events.push({ kind: 'recording.closed', at: endedAt, recording: { id: one, chunks: 1, head: 'x' } })
    world.events.unshift({ kind: 'recording.closed', at: endedAt, recording: { id: one, chunks: 1, head: 'x' } })
    expect(await world.verify()).toMatchObject({ intact: true, proven: 1 })
  })

  test('of a session that was never opened there may be one without an event: with its key it is seen to be empty', async () => {
    const world = newWorld()
    const recordings = createRecordings({ store: world.store, deriveKeys, onError() {} })
    const header = { cols: 80, rows: 24, startedAt: begun, command: 'bash', title: '' }
    const options = { id: one, mode: 'strict', input: false, secrets: null, header, onGap() {} } as const
    ;(await recordings.begin(options)).finish('cut: it was not opened')
    await recordings.close()
    expect(await world.verify({ deriveKeys })).toMatchObject({ intact: true, empty: 1 })
    expect((await world.verify()).findings).toMatchObject([{ problem: 'additional' }])
  })

  test('are not taken from events that say something else than the gateway does', async () => {
    const world = await recorded(one)
    world.events.push(
      { kind: 'opened', recording: null },
      { kind: 'opened', recording: { id: 7 } },
      { kind: 'closed', recording: { id: one, chunks: '4', head: 5 } },
      { kind: {}, recording: { id: one } },
    )
    expect(await world.verify()).toMatchObject({ intact: true, proven: 1 })
  })
})
