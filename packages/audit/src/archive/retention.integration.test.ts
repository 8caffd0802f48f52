import { beforeEach, describe, expect, test, vi } from 'vitest'
import { readManifest } from '../signed-notes/manifest.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { logKey, monthAgo, pastLog } from './testing/past-log.ts'
import { directoryStore, lockedStore, memoryStore } from './testing/stores.ts'
import { verifyArchivedMonth } from './verify-month.ts'

const trust = { pinned: logKey.publicKey, checkpoints: null }
const [old, recent] = [monthAgo(15), monthAgo(3)]

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

/** Two signed streams of a month that is due to be dropped, and one of a month that stays. */
async function signedLog(count = 20) {
  const log = await pastLog()
  const first = await log.write(old, count)
  const second = await log.write(old, 5)
  await log.sign()
  const kept = await log.write(recent, 5)
  await log.sign()
  return { ...log, first, second, kept }
}

describe.each([
  ['a directory', directoryStore],
  ['S3 with Object Lock (a mock)', lockedStore],
])('in %s', (_, open) => {
  test('past months are archived, old ones are dropped, and everything is still proven', async () => {
    const log = await signedLog()
    const store = await open()
    expect(await log.retain(store)).toMatchObject([
      { month: old, kind: 'dropped', events: 29 },
      { month: recent, kind: 'archived', events: 7 },
    ])
    expect(await log.partitions()).toEqual([recent, monthAgo(0), monthAgo(-1)])
    expect(await verifyArchivedMonth(store, old, trust)).toMatchObject({
      intact: true,
      events: 29,
      streams: 2,
      trust: 'pinned',
    })
    const verification = await verifyDatabase(log.runtime, trust)
    expect(verification).toMatchObject({
      intact: true,
      events: 7,
      archived: [{ month: old, events: 29, streams: 2, place: store.location }],
    })
    expect(log.drafts.map(({ kind, detail }) => [kind, detail?.month])).toEqual([
      ['audit.archived', old],
      ['audit.dropping', old],
      ['audit.dropped', old],
      ['audit.archived', recent],
    ])
  })

  test('a second run has no effect', async () => {
    const log = await signedLog()
    const store = await open()
    await log.retain(store)
    const draftsBefore = log.drafts.length
    expect(await log.retain(store)).toEqual([{ month: recent, kind: 'known' }])
    expect(log.drafts).toHaveLength(draftsBefore)
  })

  test('without --drop, archived months are not dropped, and a later run drops them', async () => {
    const log = await signedLog()
    const store = await open()
    expect(await log.retain(store, { drop: 'keep' })).toMatchObject([{ kind: 'archived' }, { kind: 'archived' }])
    expect(await log.partitions()).toContain(old)
    expect(await log.retain(store)).toMatchObject([{ kind: 'dropped' }, { kind: 'known' }])
  })
})

test('a month has bounded parts, and the same log always produces the same archive', async () => {
  const log = await signedLog(200)
  const [one, other] = [memoryStore(), memoryStore()]
  await log.retain(one, { drop: 'keep' })
  await log.retain({ ...other, location: 'elsewhere' }, { drop: 'keep' })
  expect([...one.objects]).toEqual([...other.objects])
  const manifest = readManifest(String(one.objects.get(`${old}/manifest.note`)))
  expect(manifest?.parts.events.length).toBeGreaterThan(10)
  for (const { contentSize } of manifest?.parts.events ?? []) expect(contentSize).toBeLessThan(2 * 4_096)
})

test('a run that was interrupted at any point is completed by the next one', async () => {
  const log = await signedLog(60)
  const counted = { calls: 0 }
  for (let end = 1; ; end++) {
    const store = memoryStore()
    counted.calls = 0
    let ended = false
    /** Interrupts alternately before and after a step. */
    const endAt = async <T>(step: () => Promise<T>): Promise<T> => {
      counted.calls++
      if (counted.calls === Math.ceil(end / 2)) {
        ended = true
        if (end % 2 === 0) await step()
        throw new Error('the process was killed')
      }
      return step()
    }
    const interrupted = {
      ...store,
      put: (key: string, bytes: Uint8Array) => endAt(() => store.put(key, bytes)),
      get: (key: string) => endAt(() => store.get(key)),
    }
    const attempt = await log
      .retain(interrupted, {
        drop: 'keep',
        before: recent,
        record: (draft) => endAt(async () => ({ id: draft.kind })),
      })
      .catch((error: Error) => error.message)
    if (!ended) break
    expect(attempt).toBe('the process was killed')
    expect(await log.retain(store, { drop: 'keep', before: recent })).toMatchObject([{ month: old }])
    expect(await verifyArchivedMonth(store, old, trust)).toMatchObject({ intact: true, events: 69 })
    await log.admin.unsafe('ALTER TABLE audit.archives DISABLE TRIGGER ALL; DELETE FROM audit.archives')
    await log.admin.unsafe('ALTER TABLE audit.archives ENABLE ALWAYS TRIGGER refuse_change')
  }
  expect(counted.calls).toBeGreaterThan(15)
})

test('a run that stops between an event and a drop either leaves or has dropped the month', async () => {
  const log = await signedLog()
  const store = memoryStore()
  for (const kind of ['audit.archived', 'audit.dropping']) {
    const record = async (draft: { kind: string }) => {
      if (draft.kind === kind) throw new Error('killed')
      return { id: 'x' }
    }
    await expect(log.retain(store, { record })).rejects.toThrow('killed')
    expect(await log.partitions()).toContain(old)
  }
  const record = async (draft: { kind: string }) => {
    if (draft.kind === 'audit.dropped') throw new Error('killed')
    return { id: 'x' }
  }
  await expect(log.retain(store, { record })).rejects.toThrow('killed')
  expect(await log.partitions()).not.toContain(old)
  expect(await log.retain(store)).toMatchObject([{ month: recent, kind: 'archived' }])
  expect(await verifyDatabase(log.runtime, trust)).toMatchObject({ intact: true, archived: [{ month: old }] })
})

test('a second concurrent run is refused', async () => {
  const log = await signedLog()
  const store = memoryStore()
  let second: Promise<unknown> | undefined
  const other = (await import('postgres')).default(log.ownerUrl, { max: 1, fetch_types: false })
  await log.retain({
    ...store,
    async put(key, bytes) {
      second ??= log.retain(store, { lock: other }).catch((error: Error) => error.message)
      await second
      await store.put(key, bytes)
    },
  })
  expect(await second).toMatch(/Another process is archiving/)
  await other.end()
  expect(await log.partitions()).not.toContain(old)
})

test('any wrong or missing byte of an archive is an error, and no month is dropped', async () => {
  const log = await signedLog(40)
  const store = memoryStore()
  await log.retain(store, { drop: 'keep' })
  for (const [key, bytes] of [...store.objects].filter(([name]) => name.startsWith(old))) {
    for (const damaged of [
      null,
      bytes.subarray(0, -1),
      flipped(bytes, bytes.length >> 1),
      Buffer.concat([bytes, bytes]),
    ]) {
      if (damaged === null) store.objects.delete(key)
      else store.objects.set(key, damaged)
      // Without a manifest there is no archive, so the month is archived again.
      const isAgain = key.endsWith('.note') && damaged === null
      if (!isAgain) {
        expect(await log.retain(store, { before: recent })).toMatchObject([
          {
            kind: 'refused',
            because: expect.stringContaining(`not a valid archive of this month: the archive of ${old}`),
            due: true,
          },
        ])
        expect((await verifyArchivedMonth(store, old, trust)).intact).toBe(false)
      }
      store.objects.set(key, bytes)
    }
  }
  expect(await log.partitions()).toContain(old)
  expect(await log.retain(store)).toMatchObject([{ kind: 'dropped' }, { kind: 'known' }])
})

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

test('the archive of another log is neither overwritten nor accepted', async () => {
  const [log, other] = [await signedLog(), await signedLog()]
  const store = memoryStore()
  await other.retain(store, { drop: 'keep' })
  expect(await log.retain(store, { before: recent })).toMatchObject([{ kind: 'refused', due: true }])
  store.objects.delete(`${old}/manifest.note`)
  expect(await log.retain(store, { before: recent })).toMatchObject([
    { kind: 'refused', because: expect.stringContaining('Archive to another location') },
  ])
  expect(await log.partitions()).toContain(old)
})

test('parts that another release compressed differently are accepted', async () => {
  const { gunzipSync, gzipSync } = await import('node:zlib')
  const log = await signedLog()
  const store = memoryStore()
  await log.retain(store, { drop: 'keep' })
  store.objects.delete(`${old}/manifest.note`)
  const part = `${old}/events-000001.ndjson.gz`
  store.objects.set(part, gzipSync(gunzipSync(store.objects.get(part) ?? ''), { level: 1 }))
  expect(await log.retain(store)).toMatchObject([{ kind: 'dropped' }, { kind: 'known' }])
  expect(await verifyArchivedMonth(store, old, trust)).toMatchObject({ intact: true })
})
