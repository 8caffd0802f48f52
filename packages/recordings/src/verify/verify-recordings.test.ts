import { timeOfUuid } from '@rack-gateway/audit/events'
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
const begun = timeOfUuid(one) ?? Number.NaN
const endedAt = new Date(begun + 60_000).toISOString()
const now = begun + 86_400_000

interface TestLog {
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

/** Records four chunks: the header, `a…`, `b…`, and the final one. */
async function record(log: TestLog, id: string, mode: 'strict' | 'best-effort' = 'strict'): Promise<void> {
  const recordings = createRecordings({ store: log.store, deriveKeys, limits: { chunkBytes: 1_000 }, onError() {} })
  const header = { cols: 80, rows: 24, startedAt: begun, command: 'bash', title: '' }
  const recording = await recordings.begin({ id, mode, secrets: null, header, onGap() {} })
  for (const letter of ['a', 'b']) recording.write('o', Buffer.from(letter.repeat(1_000)), true)
  const { chunks, head } = recording.finish('cut')
  await recordings.close()
  log.events.push(
    { kind: 'opened', at: endedAt, recording: { id, mode } },
    { kind: 'closed', at: endedAt, recording: { id, mode, chunks, head } },
  )
}

function createTestLog(): TestLog {
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

async function recorded(...ids: readonly string[]): Promise<TestLog> {
  const log = createTestLog()
  for (const id of ids) await record(log, id)
  return log
}

function edited(chunk: Buffer): Buffer {
  chunk.writeUInt8(chunk.readUInt8(chunk.length - 40) ^ 1, chunk.length - 40)
  return chunk
}

describe('verifyRecordings', () => {
  test('accepts intact recordings, with and without keys', async () => {
    const log = await recorded(one, other)
    expect(await log.verify()).toMatchObject({ intact: true, proven: 2, chunks: 8, unopened: null, findings: [] })
    expect(await log.verify({ deriveKeys })).toMatchObject({ intact: true, proven: 2, unopened: 0 })
  })

  test('proves recordings without a matching key, and counts them as unopened', async () => {
    const log = await recorded(one, other)
    expect(await log.verify({ deriveKeys: keysOf('another') })).toMatchObject({
      intact: true,
      proven: 2,
      unopened: 2,
    })
  })

  const tampering: readonly [string, (log: TestLog) => void, string, string][] = [
    [
      'edited',
      ({ change }) => change(one, 1, edited),
      'one of its chunks 0 to 3 was changed; verify with the key to find out which',
      'chunk 1 was changed, or belongs to another recording',
    ],
    [
      'edited in its header’s salt',
      ({ change }) => change(one, 2, (chunk) => chunk.fill(0, 12, 16)),
      'one of its chunks 0 to 3 was changed; verify with the key to find out which',
      'chunk 2 was changed, or belongs to another recording',
    ],
    [
      'replaced with other bytes',
      ({ change }) => change(one, 1, () => Buffer.from('nothing')),
      'chunk 1 is not a valid chunk',
      'chunk 1 is not a valid chunk',
    ],
    [
      'swapped',
      ({ store, change }) => {
        const second = Buffer.from(store.objects.get(chunkKey(one, 2)) ?? '')
        change(one, 2, () => Buffer.from(store.objects.get(chunkKey(one, 1)) ?? ''))
        change(one, 1, () => second)
      },
      'chunk 2 is in the place of chunk 1',
      'chunk 2 is in the place of chunk 1',
    ],
    [
      'taken from another recording',
      ({ store, change }) => change(one, 2, () => Buffer.from(store.objects.get(chunkKey(other, 2)) ?? '')),
      'one of its chunks 0 to 3 was changed; verify with the key to find out which',
      'chunk 2 was changed, or belongs to another recording',
    ],
    ['removed', ({ change }) => change(one, 1, () => null), 'chunk 1 is missing', 'chunk 1 is missing'],
    [
      'truncated',
      ({ change }) => change(one, 2, (chunk) => chunk.subarray(0, chunk.length - 1)),
      'one of its chunks 0 to 3 was changed; verify with the key to find out which',
      'chunk 2 was changed, or belongs to another recording',
    ],
    [
      'removed from the end',
      ({ change }) => change(one, 3, () => null),
      'chunk 3 is missing: by the audit log, there are 4 chunks',
      'chunk 3 is missing: by the audit log, there are 4 chunks',
    ],
    [
      'marked as final',
      ({ change }) => {
        change(one, 2, (chunk) => chunk.fill(1, 5, 6))
        change(one, 3, () => null)
      },
      'chunk 3 is missing: by the audit log, there are 4 chunks',
      'chunk 2 was changed, or belongs to another recording',
    ],
    [
      'added after the final one',
      ({ store, change }) => change(one, 4, () => Buffer.from(store.objects.get(chunkKey(one, 3)) ?? '')),
      'chunk 4 comes after the final chunk',
      'chunk 4 comes after the final chunk',
    ],
    [
      'too large',
      ({ store }) => {
        const get = store.get.bind(store)
        store.get = async (key, options) => {
          if (key === chunkKey(one, 1))
            throw new (await import('@rack-gateway/object-store')).ObjectTooLarge(key, 's', 1)
          return get(key, options)
        }
      },
      'chunk 1 is not a valid chunk',
      'chunk 1 is not a valid chunk',
    ],
  ]
  test.each(tampering)(
    'reports a chunk that is %s, and accepts the other recording',
    async (_what, tamper, closed, opened) => {
      const log = await recorded(one, other)
      tamper(log)
      for (const [keys, detail] of [
        [null, closed],
        [deriveKeys, opened],
      ] as const)
        expect(await log.verify({ deriveKeys: keys })).toMatchObject({
          intact: false,
          found: 1,
          findings: [{ problem: 'changed', recording: one, detail }],
          proven: 1,
        })
    },
  )

  test('reports a missing recording, a recording that the log does not have, and other objects', async () => {
    const log = await recorded(one, other)
    for (let number = 0; number < 4; number++) log.change(one, number, () => null)
    await record(log, third)
    log.events.splice(-2)
    await log.store.put(`recordings/${other}/notes`, Buffer.from('x'))
    expect((await log.verify()).findings).toEqual([
      { problem: 'missing', recording: one, detail: '' },
      { problem: 'additional', recording: third, detail: '' },
      { problem: 'stray', recording: `recordings/${other}/notes`, detail: '' },
    ])
  })

  test('accepts a removed recording, whether its chunks still exist or not', async () => {
    const log = await recorded(one, other)
    log.events.push(
      { kind: 'recording.removed', at: endedAt, recording: { id: one } },
      { kind: 'recording.removed', at: endedAt, recording: { id: other } },
    )
    for (let number = 0; number < 4; number++) log.change(one, number, () => null)
    expect(await log.verify()).toMatchObject({ intact: true, removed: 2, proven: 0 })
  })

  test('neither proves nor refutes recordings of months that were not read', async () => {
    const log = await recorded(one, other)
    log.events.length = 0
    const verification = await log.verify({ wasRead: () => false })
    expect(verification).toMatchObject({ intact: true, unproven: [one, other], unprovenCount: 2, proven: 0 })
    expect(await log.verify()).toMatchObject({ intact: false, found: 2 })
    expect(await log.verify({ until: 0 })).toMatchObject({ intact: true, newer: 2 })
  })

  test('does not take a recording with a future time for a newer one', async () => {
    const log = await recorded('ffffffff-ffff-7fff-8000-000000000000')
    log.events.length = 0
    expect((await log.verify({ until: 0 })).findings).toMatchObject([{ problem: 'additional' }])
  })

  test('with the key of another log, does not accuse an intact chunk', async () => {
    const log = await recorded(one)
    log.change(one, 2, edited)
    const { findings } = await log.verify({ deriveKeys: keysOf('another') })
    expect(findings).toMatchObject([{ recording: one, detail: expect.stringContaining('one of its chunks 0 to 3') }])
    log.change(one, 2, edited)
    log.change(one, 3, () => null)
    expect(await log.verify({ deriveKeys: keysOf('another'), now: Date.parse(endedAt) + 1_000 })).toMatchObject({
      intact: true,
      pending: 1,
    })
  })

  test('checks the stored chunks of an open recording', async () => {
    const log = await recorded(one, other)
    log.events.splice(1, 1)
    log.change(one, 3, () => null)
    expect(await log.verify()).toMatchObject({ intact: true, open: 1, proven: 1 })
    log.change(one, 1, edited)
    expect((await log.verify({ deriveKeys })).findings).toMatchObject([{ recording: one, problem: 'changed' }])
    for (let number = 0; number < 3; number++) log.change(one, number, () => null)
    expect((await log.verify()).findings).toMatchObject([{ recording: one, problem: 'missing' }])
  })

  test('accepts missing chunks at the end for a moment, but no gap', async () => {
    const log = await recorded(one)
    log.change(one, 3, () => null)
    const moment = { now: Date.parse(endedAt) + 1_000 }
    expect(await log.verify(moment)).toMatchObject({ intact: true, pending: 1, proven: 0 })
    log.change(one, 1, () => Buffer.alloc(100))
    expect(await log.verify(moment)).toMatchObject({ intact: false })
  })

  test('prefers the event of the recording process over that of an adopter', async () => {
    const log = await recorded(one)
    log.events.push({ kind: 'recording.closed', at: endedAt, recording: { id: one, chunks: 1, head: 'x' } })
    log.events.unshift({ kind: 'recording.closed', at: endedAt, recording: { id: one, chunks: 1, head: 'x' } })
    expect(await log.verify()).toMatchObject({ intact: true, proven: 1 })
  })

  test('accepts an empty recording without an event, if the key shows that it is empty', async () => {
    const log = createTestLog()
    const recordings = createRecordings({ store: log.store, deriveKeys, onError() {} })
    const header = { cols: 80, rows: 24, startedAt: begun, command: 'bash', title: '' }
    const options = { id: one, mode: 'strict', secrets: null, header, onGap() {} } as const
    ;(await recordings.begin(options)).finish('cut: it was not opened')
    await recordings.close()
    expect(await log.verify({ deriveKeys })).toMatchObject({ intact: true, empty: 1 })
    expect((await log.verify()).findings).toMatchObject([{ problem: 'additional' }])
  })

  test('ignores events with unexpected fields', async () => {
    const log = await recorded(one)
    log.events.push(
      { kind: 'opened', recording: null },
      { kind: 'opened', recording: { id: 7 } },
      { kind: 'closed', recording: { id: one, chunks: '4', head: 5 } },
      { kind: {}, recording: { id: one } },
    )
    expect(await log.verify()).toMatchObject({ intact: true, proven: 1 })
  })
})
