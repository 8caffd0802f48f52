import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventDraft, uuidv7 } from '@rack-gateway/audit'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { createRecordings } from '@rack-gateway/recordings'
import postgres, { type Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { adoptRecordings } from './adoption.ts'

const key = randomBytes(32)
const deriveKeys = () => [key]
const never = new AbortController().signal

async function scenario() {
  const database = await createTestDatabase()
  const admin = postgres(database.adminUrl, { max: 2, onnotice() {} })
  const directory = await mkdtemp(join(tmpdir(), 'left-'))
  const store = await openObjectStore(readObjectStoreAddress(directory))
  const events: EventDraft[] = []
  const failures: string[] = []
  onTestFinished(async () => {
    await admin.end({ timeout: 1 })
    await database.drop()
    await rm(directory, { recursive: true })
  })
  return { admin, store, events, failures, replica: () => replicaOf(database.runtimeUrl) }

  function replicaOf(url: string, over: { store?: ObjectStore } = {}) {
    const sql = postgres(url, { max: 3, onnotice() {} })
    onTestFinished(() => sql.end({ timeout: 1 }))
    const adopt = (from: ObjectStore = over.store ?? store) =>
      adoptRecordings(
        {
          sql,
          store: from,
          deriveKeys,
          now: Date.now,
          record: async (draft) => void events.push(draft),
          onError: (_error, id) => void failures.push(id),
        },
        never,
      )
    return { adopt }
  }
}

interface Stream {
  readonly id: string
  readonly follows?: string
  readonly adoptedBy?: string
  readonly closed?: boolean
}

async function stream(admin: Sql, { id, follows, adoptedBy, closed = false }: Stream): Promise<void> {
  await admin`
    insert into audit.streams (id, month, host, pid, lease_until, closed_at, follows, adopted_by)
    values (${id}, date_trunc('month', now()), 'test', 1, now(), ${closed ? new Date() : null}, ${follows ?? null}, ${adoptedBy ?? null})`
}

/** Creates a recording as a killed process leaves it: with the chunks that were stored, but without an end. */
async function abandonRecording(admin: Sql, store: ObjectStore, from: string): Promise<string> {
  const id = uuidv7(Date.now())
  const recordings = createRecordings({ store, deriveKeys, limits: { drainTimeout: 0 }, onError() {} })
  await recordings.begin({
    id,
    mode: 'strict',
    secrets: null,
    header: { cols: 80, rows: 24, startedAt: Date.now(), command: 'bash', title: '' },
    onGap() {},
  })
  await admin`
    insert into gateway.recordings (id, started_at, stream, opened, mode, principal, principal_name, rack, app, route)
    values (${id}, now(), ${from}, ${uuidv7(Date.now())}, 'strict', 'u1', 'ann@example.com', 'staging', 'web', 'exec')`
  return id
}

const uuid = () => uuidv7(Date.now())

test('concurrent processes close each orphaned recording once', async () => {
  const { admin, store, events, failures, replica } = await scenario()
  const gone = uuid()
  await stream(admin, { id: gone, adoptedBy: uuid() })
  const left = [
    await abandonRecording(admin, store, gone),
    await abandonRecording(admin, store, gone),
    await abandonRecording(admin, store, gone),
  ]
  const replicas = Array.from({ length: 6 }, replica)
  await Promise.all(replicas.flatMap(({ adopt }) => [adopt(), adopt()]))
  await Promise.all(replicas.map(({ adopt }) => adopt()))
  expect(events.map(({ recording }) => recording?.id).sort()).toEqual([...left].sort())
  expect(events[0]).toMatchObject({ kind: 'recording.closed', app: 'web', recording: { chunks: 1, mode: 'strict' } })
  expect(await admin`select from gateway.recordings where ended_at is null`).toHaveLength(0)
  expect(failures).toEqual([])
})

test('a session that continues in the stream of the next month, or after the machine was suspended, is not adopted', async () => {
  const { admin, store, events, replica } = await scenario()
  const { adopt } = replica()
  const [first, second, third, heir] = [uuid(), uuid(), uuid(), uuid()]
  const id = await abandonRecording(admin, store, first)
  await stream(admin, { id: first, closed: true })
  await adopt()
  await stream(admin, { id: second, follows: first, adoptedBy: heir })
  await stream(admin, { id: third, follows: second })
  await adopt()
  expect(events).toEqual([])
  await admin`update audit.streams set adopted_by = ${heir} where id = ${third}`
  await adopt()
  expect(events.map(({ recording }) => recording?.id)).toEqual([id])
})

test('a recording whose store does not respond is closed later, and does not delay others', async () => {
  const { admin, store, events, failures, replica } = await scenario()
  const gone = uuid()
  await stream(admin, { id: gone, adoptedBy: uuid() })
  const [stuck, other] = [await abandonRecording(admin, store, gone), await abandonRecording(admin, store, gone)]
  const failing: ObjectStore = {
    ...store,
    get: (name, options) =>
      name.includes(stuck) ? Promise.reject(new Error('no response')) : store.get(name, options),
  }
  const { adopt } = replica()
  await adopt(failing)
  expect([events.map(({ recording }) => recording?.id), failures]).toEqual([[other], [stuck]])
  await adopt()
  expect(events.map(({ recording }) => recording?.id)).toEqual([other, stuck])
})

test('a recording stays open if its event cannot be recorded', async () => {
  const { admin, store, replica, events } = await scenario()
  const gone = uuid()
  await stream(admin, { id: gone, adoptedBy: uuid() })
  await abandonRecording(admin, store, gone)
  const { adopt } = replica()
  events.push = () => {
    throw new Error('the log is away')
  }
  await adopt()
  expect(await admin`select from gateway.recordings where ended_at is null`).toHaveLength(1)
})
