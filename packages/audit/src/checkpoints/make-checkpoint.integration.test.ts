import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { noCheckpoint, readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { type SigningKey, signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseForTest, openPostgresWriter, tamper } from '../testing/database.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { exportLineInSql } from '../verify/export-line.ts'
import { createLogVerifier } from '../verify/log-verifier.ts'
import type { MakeCheckpointResult } from './make-checkpoint.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))
const newer = signingKeyOf(Buffer.alloc(32, 2))
const now = { keys: [key], interval: 0 } as const

function made(result: MakeCheckpointResult) {
  if (result.kind !== 'made') throw new Error(`no checkpoint was made: ${result.kind}`)
  return result
}

async function notesOf(sql: Sql): Promise<string[]> {
  return (await sql`select note from audit.checkpoints order by number`).map(({ note }) => note)
}

async function insertSignedCheckpoint(sql: Sql, at: number): Promise<void> {
  const content = { number: 1, at: new Date(at).toISOString(), previous: noCheckpoint, heads: [] }
  const note = signCheckpoint(content, { current: key, replaces: null, previous: null })
  await sql`insert into audit.checkpoints (number, at, hash, key, note)
    values (1, ${content.at}, ${Buffer.from(readCheckpoint(note)?.hash ?? '', 'hex')}, ${key.publicKey.text}, ${note})`
}

async function verifyAll(sql: Sql) {
  const verifier = createLogVerifier({ pinned: key.publicKey })
  for (const note of await notesOf(sql)) verifier.addCheckpoint(note, null)
  for (const {
    line,
  } of await sql`select ${sql.unsafe(exportLineInSql)} as line from audit.events order by stream, seq`)
    verifier.addEvent(Buffer.from(line))
  return verifier.finish()
}

test('each checkpoint has the trees of all grown streams', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record, close } = await openPostgresWriter(runtimeUrl)
  await Promise.all(Array.from({ length: 700 }, () => record({ kind: 'call' })))
  const first = made(await makeCheckpoint(runtime, now))
  expect(first.checkpoint.heads).toMatchObject([{ size: 701, state: 'open' }])
  expect(first.verified).toBe(701)
  await Promise.all(Array.from({ length: 300 }, () => record({ kind: 'call' })))
  await close()
  const second = made(await makeCheckpoint(runtime, now))
  expect(second.checkpoint.heads).toMatchObject([{ size: 1_002, state: 'closed' }])
  expect(second.verified).toBe(301)
  expect(made(await makeCheckpoint(runtime, now)).checkpoint).toMatchObject({ number: 3, heads: [] })
  expect(await verifyAll(runtime)).toMatchObject({ intact: true, trust: 'pinned', events: 1_002, unsigned: 0 })
})

test("a checkpoint is early until the interval is over, by the database's clock", async () => {
  const { runtime } = await databaseForTest()
  const options = { keys: [key], interval: 60_000 } as const
  expect((await makeCheckpoint(runtime, options)).kind).toBe('made')
  expect((await makeCheckpoint(runtime, options)).kind).toBe('early')
})

test('a manipulated time in the table does not prevent the next checkpoint', async () => {
  const { runtime, admin } = await databaseForTest()
  made(await makeCheckpoint(runtime, { ...now, interval: 60_000 }))
  await tamper(admin, `UPDATE audit.checkpoints SET at = at + interval '10 years'`)
  const problems: unknown[] = []
  const options = { ...now, onTimeProblem: (...problem: unknown[]) => void problems.push(problem) }
  expect((await makeCheckpoint(runtime, { ...options, interval: 60_000 })).kind).toBe('early')
  expect((await makeCheckpoint(runtime, { ...options, interval: 1 })).kind).toBe('made')
  expect(problems).toEqual([
    ['at', 1],
    ['at', 1],
  ])
})

test('after a checkpoint with a future time the next is due at once', async () => {
  const { runtime } = await databaseForTest()
  await insertSignedCheckpoint(runtime, Date.now() + 10 * 365 * 86_400_000)
  const problems: unknown[] = []
  const onTimeProblem = (...problem: unknown[]) => void problems.push(problem)
  expect((await makeCheckpoint(runtime, { keys: [key], interval: 60_000, onTimeProblem })).kind).toBe('made')
  expect(problems).toEqual([['future', 1]])
  expect((await makeCheckpoint(runtime, { keys: [key], interval: 60_000 })).kind).toBe('early')
})

test("if the newest checkpoint is old by the caller's clock, the next one is made, whatever the signed time", async () => {
  const { runtime } = await databaseForTest()
  const options = { keys: [key], interval: 60_000 } as const
  made(await makeCheckpoint(runtime, options))
  expect((await makeCheckpoint(runtime, { ...options, newestNumberIfOverdue: 1 })).kind).toBe('made')
  expect((await makeCheckpoint(runtime, { ...options, newestNumberIfOverdue: 1 })).kind).toBe('early')
})

test('concurrent replicas make one chain without gaps or forks', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  const { record: other } = await openPostgresWriter(runtimeUrl)
  const results: MakeCheckpointResult[] = []
  for (let round = 0; round < 10; round++) {
    const making = Array.from({ length: 2 }, () => makeCheckpoint(runtime, now))
    await Promise.all([record({ kind: 'call' }), other({ kind: 'call' })])
    results.push(...(await Promise.all(making)))
  }
  const kinds = new Set(results.map(({ kind }) => kind))
  expect([...kinds].every((kind) => kind === 'made' || kind === 'busy')).toBe(true)
  const numbers = (await notesOf(runtime)).map((note) => readCheckpoint(note)?.number)
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1))
  expect(numbers.length).toBe(results.filter(({ kind }) => kind === 'made').length)
  expect(await verifyAll(runtime)).toMatchObject({ intact: true })
})

test('a writer does not wait for a round', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  let round: Promise<MakeCheckpointResult> | undefined
  await admin.begin(async (tx) => {
    // The round blocks before its insert.
    await tx`lock table audit.checkpoints in exclusive mode`
    round = makeCheckpoint(runtime, now)
    const waiting = () => tx`
      select from pg_locks where relation = 'audit.checkpoints'::regclass and not granted
        and database = (select oid from pg_database where datname = current_database())`
    await expect.poll(waiting).toHaveLength(1)
    await record({ kind: 'call' })
  })
  expect((await round)?.kind).toBe('made')
})

test('a change that bypasses the triggers is detected by the next round, and not signed', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  await record({ kind: 'call', app: 'web' })
  const { checkpoint } = made(await makeCheckpoint(runtime, now))
  await record({ kind: 'call', app: 'web' })
  await tamper(admin, `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE seq = 3`)
  const { broken, checkpoint: next } = made(await makeCheckpoint(runtime, now))
  const stream = checkpoint.heads[0]?.stream
  expect(broken).toEqual([{ stream, seq: 3, problem: 'hash' }])
  expect(next.heads).toEqual([{ ...checkpoint.heads[0], state: 'broken' }])
  expect((await verifyAll(runtime)).findings).toMatchObject([
    { about: 'checkpoint', problem: 'broken', number: 2 },
    { problem: 'hash', seq: 3 },
  ])
})

test.each([250, 500])('a second event with the number %i is detected, at any page boundary', async (seq) => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  await Promise.all(Array.from({ length: 600 }, () => record({ kind: 'call' })))
  await admin`insert into audit.events (stream, seq, at, id, kind, canonical, prev, hash)
    select stream, seq, at + interval '1 ms', id, kind, canonical, prev, hash from audit.events where seq = ${seq}`
  const { broken, checkpoint } = made(await makeCheckpoint(runtime, now))
  expect(broken).toMatchObject([{ seq: seq + 1, problem: 'order' }])
  expect(checkpoint.heads).toMatchObject([{ state: 'broken' }])
})

test('a removed tail is detected by the next round', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  for (let count = 0; count < 3; count++) await record({ kind: 'call' })
  made(await makeCheckpoint(runtime, now))
  await tamper(admin, 'DELETE FROM audit.events WHERE seq > 2')
  expect(made(await makeCheckpoint(runtime, now)).broken).toMatchObject([{ problem: 'truncated' }])
  expect((await verifyAll(runtime)).findings).toContainEqual(
    expect.objectContaining({ problem: 'truncated', seq: 3, until: 4 }),
  )
})

test('a manipulated tree is rebuilt from the events', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record } = await openPostgresWriter(runtimeUrl)
  await record({ kind: 'call' })
  made(await makeCheckpoint(runtime, now))
  await runtime`update audit.trees set peaks = ${Buffer.alloc(32)}`
  await record({ kind: 'call' })
  const { verified, broken } = made(await makeCheckpoint(runtime, now))
  expect([verified, broken]).toEqual([3, []])
  expect(await verifyAll(runtime)).toMatchObject({ intact: true })
})

test('a new key is signed by the previous one, and a replica with only the old key does not sign', async () => {
  const { runtime } = await databaseForTest()
  const by = (...keys: [SigningKey, ...SigningKey[]]) => makeCheckpoint(runtime, { keys, interval: 0 })
  made(await by(key))
  const { checkpoint } = made(await by(newer, key))
  expect(checkpoint.replaces?.text).toBe(key.publicKey.text)
  expect(checkpoint.note.signatures).toHaveLength(2)
  expect(await by(key)).toEqual({ kind: 'outdated', current: newer.publicKey.text })
  expect(made(await by(newer)).checkpoint.note.signatures).toHaveLength(1)
  expect(await verifyAll(runtime)).toMatchObject({ intact: true, keys: [key.publicKey.text, newer.publicKey.text] })
})

test('an adopted stream is signed as abandoned until its month is long past', async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { stats } = await openPostgresWriter(runtimeUrl)
  await admin`update audit.streams set adopted_by = gen_random_uuid() where id = ${stats().stream}`
  for (let count = 0; count < 2; count++)
    expect(made(await makeCheckpoint(runtime, now)).checkpoint.heads).toMatchObject([{ size: 1, state: 'abandoned' }])
  expect(await verifyAll(runtime)).toMatchObject({ intact: true })
})
