import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventDraft, uuidv7 } from '@rack-gateway/audit'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { hasMoto, startMoto } from '@rack-gateway/object-store/testing'
import { createRecordings, verifyRecording } from '@rack-gateway/recordings'
import postgres from 'postgres'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type RecordingRetention, removeOldRecordings } from './retention.ts'

const day = 86_400_000
function directoryStore(directory: string): Promise<ObjectStore> {
  return openObjectStore(readObjectStoreAddress(directory))
}

const never = new AbortController().signal

async function scenario(open: (directory: string) => Promise<ObjectStore> = directoryStore) {
  const database = await createTestDatabase()
  const admin = postgres(database.adminUrl, { max: 2, onnotice() {} })
  const sql = postgres(database.runtimeUrl, { max: 6, onnotice() {} })
  const directory = await mkdtemp(join(tmpdir(), 'kept-'))
  const store = await open(directory)
  const events: EventDraft[] = []
  const failures: string[] = []
  let away = false
  onTestFinished(async () => {
    await Promise.all([admin.end({ timeout: 1 }), sql.end({ timeout: 1 })])
    await database.drop()
    await rm(directory, { recursive: true })
  })
  /** Stores a recording of 100 bytes. @param endedDaysAgo null for a session that runs */
  async function recording(endedDaysAgo: number | null): Promise<string> {
    const id = uuidv7(Date.now())
    const ended = endedDaysAgo === null ? null : new Date(Date.now() - endedDaysAgo * day)
    await admin`
      insert into gateway.recordings
        (id, started_at, stream, opened, mode, principal, principal_name, rack, app, route, ended_at, chunks, bytes, head)
      values (${id}, now(), ${id}, ${id}, 'strict', 'u1', 'ann@example.com', 'staging', 'web', 'exec', ${ended}, 2, 100, 'ab')`
    for (const number of ['0000000000', '0000000001']) await store.put(`recordings/${id}/${number}`, Buffer.alloc(50))
    return id
  }
  async function kept(): Promise<Set<string>> {
    const ids = new Set<string>()
    for await (const { key } of store.list('recordings/')) ids.add(key.split('/')[1] ?? '')
    return ids
  }
  return {
    admin,
    store,
    events,
    failures,
    recording,
    kept,
    logAway(is: boolean) {
      away = is
    },
    remove: (terms: Partial<RecordingRetention>, from: ObjectStore = store) =>
      removeOldRecordings(
        {
          keep: null,
          maxSize: null,
          ...terms,
          sql,
          store: from,
          now: Date.now,
          async record(draft) {
            if (away) throw new Error('the log is away')
            events.push(draft)
          },
          onError: (_error, id) => void failures.push(id),
        },
        never,
      ),
  }
}

test('only recordings that ended too long ago are removed, with an event', async () => {
  const { recording, kept, remove, events, admin } = await scenario()
  const [old, young, open] = [await recording(91), await recording(89), await recording(null)]
  await remove({ keep: 90 * day })
  expect(await kept()).toEqual(new Set([young, open]))
  expect(events).toEqual([
    expect.objectContaining({
      kind: 'recording.removed',
      of: old,
      recording: { id: old, chunks: 2, bytes: 100, head: 'ab' },
      detail: { because: 'its retention period is over' },
    }),
  ])
  const rows = await admin`select id, removed_at is not null as removed from gateway.recordings order by removed desc`
  expect(rows.filter(({ removed }) => removed).map(({ id }) => id)).toEqual([old])
})

test('the oldest recordings are removed if all together exceed the size limit', async () => {
  const { recording, kept, remove, events } = await scenario()
  const [third, first, second, open] = [
    await recording(1),
    await recording(3),
    await recording(2),
    await recording(null),
  ]
  await remove({ maxSize: 250 })
  expect(await kept()).toEqual(new Set([third, second, open]))
  await remove({ maxSize: 250 })
  expect(events.map(({ recording }) => recording?.id)).toEqual([first])
})

test('without limits, no recording is removed', async () => {
  const { recording, kept, remove } = await scenario()
  const ids = [await recording(3_000), await recording(1)]
  await remove({})
  expect(await kept()).toEqual(new Set(ids))
})

test('concurrent processes record each removal once', async () => {
  const { recording, kept, remove, events } = await scenario()
  for (let count = 0; count < 4; count++) await recording(100)
  await Promise.all(Array.from({ length: 5 }, () => remove({ keep: day })))
  await remove({ keep: day })
  expect([events.length, (await kept()).size]).toEqual([4, 0])
})

test('a recording is removed only after its event is in the log', async () => {
  const { recording, kept, remove, failures, logAway } = await scenario()
  const id = await recording(100)
  logAway(true)
  await remove({ keep: day })
  expect([await kept(), failures]).toEqual([new Set([id]), [id]])
  logAway(false)
  await remove({ keep: day })
  expect((await kept()).size).toBe(0)
})

test('a failed removal is finished later, and recorded once', async () => {
  const { recording, kept, remove, store, events, failures } = await scenario()
  const id = await recording(100)
  const failing: ObjectStore = {
    ...store,
    remove: (key, options) =>
      key.endsWith('1') ? Promise.reject(new Error('no response')) : store.remove(key, options),
  }
  await remove({ keep: day }, failing)
  expect([await kept(), failures]).toEqual([new Set([id]), [id]])
  await remove({ keep: day })
  expect([(await kept()).size, events.length]).toEqual([0, 1])
})

const credential = {
  Authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x',
}

/** A bucket that locks every object for a day, in moto, a mock of S3 that verifies no signatures. */
async function lockedBucket(): Promise<string> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const moto = await startMoto()
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await moto.close()
  })
  const bucket = `${moto.endpoint}/records`
  const made = await fetch(bucket, {
    method: 'PUT',
    headers: { ...credential, 'x-amz-bucket-object-lock-enabled': 'true' },
  })
  const rule =
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>'
  const withRule = await fetch(`${bucket}?object-lock`, { method: 'PUT', headers: credential, body: rule })
  expect([made.status, withRule.status]).toEqual([200, 200])
  return moto.endpoint
}

test.skipIf(!hasMoto)(
  'in a bucket with Object Lock (moto, a mock), a removed object is hidden, stays until its retention ends, and is verified',
  async () => {
    const endpoint = await lockedBucket()
    const address = readObjectStoreAddress(`s3://records/kept?region=us-east-1&endpoint=${endpoint}`)
    const { store, admin, recording, kept, remove, events } = await scenario(() => openObjectStore(address))
    const id = uuidv7(Date.now())
    const deriveKeys = () => [Buffer.alloc(32, 7)]
    const recordings = createRecordings({ store: { ...store, close() {} }, deriveKeys, onError() {} })
    const header = { cols: 80, rows: 24, startedAt: Date.now(), command: 'bash', title: '' }
    const proven = (await recordings.begin({ id, mode: 'strict', secrets: null, header, onGap() {} })).finish('ended')
    await recordings.close()
    const ended = new Date(Date.now() - 100 * day)
    await admin`
    insert into gateway.recordings
      (id, started_at, stream, opened, mode, principal, principal_name, rack, app, route, ended_at, chunks, bytes, head)
    values (${id}, now(), ${id}, ${id}, 'strict', 'u1', 'ann@example.com', 'staging', 'web', 'exec', ${ended},
      ${proven.chunks}, ${proven.bytes}, ${proven.head})`
    const young = await recording(1)
    await remove({ keep: 90 * day })
    expect(await kept()).toEqual(new Set([young]))
    await remove({ keep: 90 * day })
    expect(events).toMatchObject([{ kind: 'recording.removed', recording: { id, head: proven.head } }])
    expect(await admin`select from gateway.recordings where removed_at is not null`).toHaveLength(1)

    const listed = await (await fetch(`${endpoint}/records?versions`, { headers: credential })).text()
    const versions = [
      ...listed.matchAll(/<Version>.*?<Key>(.*?)<\/Key>.*?<VersionId>(.*?)<\/VersionId>.*?<\/Version>/gs),
    ]
    const own = versions.filter(([, key = '']) => key.includes(id))
    expect(own).toHaveLength(2)
    for (const [, key, version] of own) {
      const deleted = await fetch(`${endpoint}/records/${key}?versionId=${version}`, {
        method: 'DELETE',
        headers: credential,
      })
      expect(deleted.status).toBe(403)
    }
    const first = await openObjectStore(address, { lock: { mode: 'compliance', duration: day } })
    onTestFinished(() => {
      first.close()
      store.close()
    })
    expect(await verifyRecording({ store: first, deriveKeys, id, proven })).toMatchObject({
      state: 'complete',
      chunks: 2,
    })
  },
)
