import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openObjectStore } from '@rack-gateway/object-store'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { encode } from '../events/encode.ts'
import { createEventStream } from '../log/stream.ts'
import { readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseForTest, openPostgresWriter, tamper } from '../testing/database.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { startBuiltVerifier } from '../testing/verifier-threads.ts'
import type { Alarm } from './alarms.ts'
import { checkpointKey, objectStoreDestination, webhookDestination } from './checkpoint-destination.ts'
import { type CheckpointerOptions, createCheckpointer } from './checkpointer.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))

/** A writer and a checkpointer as in a gateway, which makes checkpoints when the test asks. */
async function replica(url: string, options: Partial<CheckpointerOptions> = {}) {
  const alarms: Alarm[] = []
  const errors: string[] = []
  const checkpointer = createCheckpointer({
    pool: { url, applicationName: 'rack-gateway checkpoints' },
    keys: [key],
    destinations: [],
    interval: 0,
    every: 3_600_000,
    startVerifier: startBuiltVerifier,
    onAlarm: (alarm) => alarms.push(alarm),
    onKey() {},
    onError: (what) => errors.push(what),
    ...options,
  })
  const writer = await openPostgresWriter(url, { onDurable: checkpointer.onDurable })
  onTestFinished(() => checkpointer.stop())
  return { ...writer, checkpointer, alarms, errors }
}

async function directory() {
  const path = await mkdtemp(join(tmpdir(), 'rack-gateway-checkpoints-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return { path, destination: objectStoreDestination(await openObjectStore({ kind: 'directory', directory: path })) }
}

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.note')).toSorted()

test('written events are signed, read back, and compared', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { record, checkpointer, alarms } = await replica(runtimeUrl)
  await Promise.all(Array.from({ length: 50 }, () => record({ kind: 'call' })))
  expect(checkpointer.state()).toMatchObject({ number: 0, unsigned: 51, age: Number.POSITIVE_INFINITY })
  const before = performance.now()
  await checkpointer.makeIfDue()
  expect(checkpointer.state()).toMatchObject({ number: 1, unsigned: 0, verified: 51, raisedAlarms: 0 })
  expect(checkpointer.state().age).toBeLessThanOrEqual(performance.now() - before + 10)
  expect(alarms).toEqual([])
})

/** Batches of a stream that is not in the database. */
function unknownBatches(count: number, size: number) {
  const stream = createEventStream(Date.now())
  return Array.from({ length: count }, () =>
    Array.from({ length: size }, () => stream.seal(encode({ kind: 'call' }), Date.now())),
  )
}

test('events that cannot be signed cause early checkpoints only at intervals, and none while events go to a fallback file', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { checkpointer } = await replica(runtimeUrl, { interval: 3_600_000, growth: 10, every: 20, earlyInterval: 500 })
  checkpointer.start()
  await expect.poll(() => checkpointer.state().number).toBe(1)
  const began = performance.now()
  for (const batch of unknownBatches(100, 20)) {
    checkpointer.onDurable(batch)
    await checkpointer.makeIfDue()
  }
  await expect.poll(() => checkpointer.state().number).toBeGreaterThan(1)
  expect(checkpointer.state().number - 1).toBeLessThan((performance.now() - began) / 400)
  checkpointer.onFallbackStart()
  await expect.poll(() => checkpointer.state().age).toBeGreaterThan(550)
  const { number } = checkpointer.state()
  checkpointer.onFallbackEnd()
  await expect.poll(() => checkpointer.state().number).toBeGreaterThan(number)
})

test('ten thousand events cause an early checkpoint', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { checkpointer } = await replica(runtimeUrl, { interval: 3_600_000, every: 20, earlyInterval: 50 })
  checkpointer.start()
  await expect.poll(() => checkpointer.state().number).toBe(1)
  await checkpointer.makeIfDue()
  const events = unknownBatches(1, 10_000).flat()
  checkpointer.onDurable(events.slice(0, -1))
  await expect.poll(() => checkpointer.state().age).toBeGreaterThan(200)
  await checkpointer.makeIfDue()
  expect(checkpointer.state()).toMatchObject({ number: 1, unsigned: 9_999 })
  checkpointer.onDurable(events.slice(-1))
  await expect.poll(() => checkpointer.state().number).toBe(2)
})

test('two concurrent replicas each see their own events signed', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const replicas = [await replica(runtimeUrl), await replica(runtimeUrl)]
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      replicas.map(async ({ record, checkpointer }) => {
        await Promise.all([record({ kind: 'call' }), checkpointer.makeIfDue()])
      }),
    )
  }
  for (const { checkpointer } of replicas) await checkpointer.makeIfDue()
  for (const { checkpointer, alarms } of replicas) {
    await checkpointer.makeIfDue()
    expect([checkpointer.state().unsigned, alarms]).toEqual([0, []])
  }
  const [{ count, highest } = {}] =
    await runtime`select count(*)::int, max(number)::int as highest from audit.checkpoints`
  expect(count).toBe(highest)
})

test('an event that was changed before it was signed is detected by the process that wrote it', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { record, checkpointer, alarms, stats } = await replica(runtimeUrl)
  const { position, prev, canonical } = await record({ kind: 'call', app: 'web' })
  // The chain hash fits, so only the writer's memory detects the change.
  const forged = canonical.replace('"web"', '"api"')
  await tamper(
    admin,
    `UPDATE audit.events SET canonical = '${forged}', hash = sha256('\\x${prev.toString('hex')}'::bytea || convert_to('${forged}', 'UTF8'))
      WHERE stream = '${position.stream}' AND seq = ${position.seq}`,
  )
  await checkpointer.makeIfDue()
  expect(alarms).toEqual([{ problem: 'own-root', stream: stats().stream, seq: 2, number: 1 }])
})

test('a changed event raises one alarm, and other streams are still signed', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const one = await replica(runtimeUrl)
  const two = await replica(runtimeUrl)
  await one.record({ kind: 'call', app: 'web' })
  await one.checkpointer.makeIfDue()
  await one.record({ kind: 'call', app: 'web' })
  await two.record({ kind: 'call' })
  const stream = one.stats().stream
  await tamper(
    admin,
    `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE stream = '${stream}' AND seq = 3`,
  )
  for (let count = 0; count < 3; count++) await one.checkpointer.makeIfDue()
  expect(one.alarms).toEqual([{ problem: 'hash', stream, seq: 3, number: 2 }])
  expect(one.checkpointer.state()).toMatchObject({ number: 4, raisedAlarms: 1 })
})

test('an unreadable checkpoint in the table raises an alarm', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { checkpointer, alarms } = await replica(runtimeUrl)
  await checkpointer.makeIfDue()
  await admin`insert into audit.checkpoints (number, at, hash, key, note) values (2, now(), ${Buffer.alloc(32)}, 'x', 'x')`
  for (let count = 0; count < 2; count++) await checkpointer.makeIfDue()
  expect(alarms).toEqual([{ problem: 'unreadable', number: 2 }])
})

test('a checkpoint with a foreign key raises an alarm, and no checkpoint is signed after it', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { checkpointer, alarms, record } = await replica(runtimeUrl)
  await checkpointer.makeIfDue()
  const other = signingKeyOf(Buffer.alloc(32, 9))
  await makeCheckpoint(runtime, { keys: [other], interval: 0 })
  await record({ kind: 'call' })
  await checkpointer.makeIfDue()
  expect(alarms).toEqual([{ problem: 'key', number: 2 }])
  expect(checkpointer.state().missingKey).toBe(other.publicKey.text)
})

test('a future time in the table raises an alarm, and the next checkpoint is still made', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { checkpointer, alarms } = await replica(runtimeUrl, { interval: 500 })
  await checkpointer.makeIfDue()
  await tamper(admin, `UPDATE audit.checkpoints SET at = at + interval '10 years'`)
  await expect
    .poll(async () => {
      await checkpointer.makeIfDue()
      return checkpointer.state().number
    })
    .toBe(2)
  expect(alarms).toEqual([{ problem: 'at', number: 1 }])
})

test("if the time of a checkpoint is changed again and again, the next one is made by the process's own clock", async () => {
  const { runtimeUrl, runtime, admin } = await databaseForTest()
  const { checkpointer, alarms } = await replica(runtimeUrl, { interval: 2_000 })
  await checkpointer.makeIfDue()
  const [{ note } = {}] = await runtime`select note from audit.checkpoints`
  const old = readCheckpoint(note)
  if (old === null) throw new Error('there is no checkpoint')
  await vi.waitFor(
    async () => {
      const at = new Date(Date.now() - 100).toISOString()
      const younger = signCheckpoint({ ...old, at }, { current: key, replaces: null, previous: null })
      await tamper(admin, `UPDATE audit.checkpoints SET at = '${at}', note = '${younger}' WHERE number = 1`)
      await checkpointer.makeIfDue()
      expect(checkpointer.state().number).toBe(2)
    },
    { timeout: 60_000 },
  )
  expect(alarms).toContainEqual({ problem: 'previous', number: 2 })
})

test('an alarm in the log is known after a restart', async () => {
  const { runtimeUrl } = await databaseForTest()
  const first = await replica(runtimeUrl)
  await first.checkpointer.makeIfDue()
  expect(first.checkpointer.state().openInconsistencies).toEqual({ count: 0, last: null })
  const { position } = await first.record({ kind: 'audit.inconsistent', detail: { problem: 'at' } })
  const second = await replica(runtimeUrl)
  await second.checkpointer.makeIfDue()
  expect(second.checkpointer.state()).toMatchObject({
    raisedAlarms: 0,
    openInconsistencies: { count: 1, last: position.at },
  })
})

test('an acknowledged alarm stays acknowledged for processes that see it again', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const one = await replica(runtimeUrl)
  await one.record({ kind: 'call', app: 'web' })
  const stream = one.stats().stream
  await one.checkpointer.makeIfDue()
  await one.record({ kind: 'call', app: 'web' })
  await tamper(
    admin,
    `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE stream = '${stream}' AND seq = 3`,
  )
  await one.checkpointer.makeIfDue()
  const [alarm] = one.alarms
  if (stream === null) throw new Error('nothing was written')
  // Open, and not in the log yet.
  expect(one.checkpointer.state().openInconsistencies).toEqual({ count: 1, last: null })
  const two = await replica(runtimeUrl)
  const { id } = await two.record({
    kind: 'audit.inconsistent',
    detail: { problem: 'hash', stream, seq: 3, checkpoint: 2 },
  })
  await two.record({ kind: 'alarm.acknowledged', of: id, detail: { reason: 'seen' } })
  for (const { checkpointer } of [one, two]) {
    await checkpointer.makeIfDue()
    expect(checkpointer.state().openInconsistencies).toEqual({ count: 0, last: null })
  }
  expect([alarm, one.checkpointer.state().raisedAlarms]).toEqual([expect.objectContaining({ stream, seq: 3 }), 1])
})

test('copies in a directory have one file each, with the bytes of the table', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { path, destination } = await directory()
  const { checkpointer } = await replica(runtimeUrl, { destinations: [destination] })
  for (let count = 0; count < 3; count++) await checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(3)
  const rows = await runtime`select number::int, note from audit.checkpoints order by number`
  for (const { number, note } of rows) expect(await readFile(join(path, checkpointKey(number)), 'utf8')).toBe(note)
  await expect.poll(() => checkpointer.state().destinations).toMatchObject([{ number: 3, problem: null }])
})

test('a failing destination does not delay others, and gets missing copies later', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { path, destination } = await directory()
  const received: string[] = []
  let status = 500
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    if (status === 200) received.push(body)
    response.writeHead(status).end()
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  const hook = webhookDestination(`${url}/secret-path`)
  const { checkpointer, errors } = await replica(runtimeUrl, { destinations: [hook, destination] })
  for (let count = 0; count < 2; count++) await checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(2)
  await expect.poll(() => checkpointer.state().deliveryFailures).toBeGreaterThan(0)
  expect(errors).toEqual([`a copy for ${hook.name}`])
  expect(hook.name).not.toContain('secret')
  status = 200
  await expect
    .poll(async () => {
      await checkpointer.makeIfDue()
      return received.length
    })
    .toBeGreaterThanOrEqual(2)
  expect(received.slice(0, 2).map((note) => readCheckpoint(note)?.number)).toEqual([1, 2])
})

test('a deliveries table that is ahead of the log does not stop copies, and raises an alarm', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { path, destination } = await directory()
  const { checkpointer, alarms } = await replica(runtimeUrl, { destinations: [destination] })
  await checkpointer.makeIfDue()
  await expect.poll(() => checkpointer.state().destinations).toMatchObject([{ number: 1 }])
  await admin`update audit.deliveries set number = 9000000000`
  await checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(2)
  await expect.poll(() => checkpointer.state().destinations).toMatchObject([{ number: 2, problem: null }])
  expect(alarms).toEqual([{ problem: 'ahead', number: 2, place: destination.name }])
})

test('a destination that cannot list its copies gets all of them again if the table is ahead', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const received: number[] = []
  const destination = { name: 'a program', put: async ({ number }: { number: number }) => void received.push(number) }
  await admin`insert into audit.deliveries (place, number, at) values (${destination.name}, 9000000000, now())`
  const { checkpointer, alarms } = await replica(runtimeUrl, { destinations: [destination] })
  await checkpointer.makeIfDue()
  await expect.poll(() => received).toEqual([1])
  expect(alarms).toEqual([{ problem: 'ahead', number: 1, place: destination.name }])
})

test('a manipulated deliveries table skips no copy of a running process', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { path, destination } = await directory()
  const { checkpointer } = await replica(runtimeUrl, { destinations: [destination] })
  await checkpointer.makeIfDue()
  await expect.poll(() => checkpointer.state().destinations).toMatchObject([{ number: 1 }])
  await makeCheckpoint(admin, { keys: [key], interval: 0 })
  await admin`update audit.deliveries set number = 2`
  await checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(3)
})

test('a directory that lacks copies is completed at the next start', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { path, destination } = await directory()
  const first = await replica(runtimeUrl, { destinations: [destination] })
  for (let count = 0; count < 4; count++) await first.checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(4)
  await first.checkpointer.stop()
  await rm(join(path, checkpointKey(2)))
  const second = await replica(runtimeUrl, { destinations: [destination] })
  await second.checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(5)
  await second.checkpointer.stop()
  await rm(join(path, 'checkpoints'), { recursive: true })
  const third = await replica(runtimeUrl, { destinations: [destination] })
  await third.checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(6)
  expect([...first.alarms, ...second.alarms, ...third.alarms]).toEqual([])
})

test('a different copy with the same number raises an alarm, and is not changed', async () => {
  const { runtimeUrl } = await databaseForTest()
  const { path, destination } = await directory()
  const { checkpointer, alarms } = await replica(runtimeUrl, { destinations: [destination] })
  await checkpointer.makeIfDue()
  await expect.poll(() => filesIn(path)).toHaveLength(1)
  const other = await replica((await databaseForTest()).runtimeUrl, { destinations: [destination] })
  await other.checkpointer.makeIfDue()
  await expect.poll(() => other.alarms).toEqual([{ problem: 'place', number: 1, place: destination.name }])
  await other.checkpointer.makeIfDue()
  expect([alarms, other.alarms.length]).toEqual([[], 1])
})

test('a closed stream has its last checkpoint before the process ends', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const { record, checkpointer, close } = await replica(runtimeUrl)
  await record({ kind: 'call' })
  await close()
  await checkpointer.stop()
  const [{ note } = {}] = await runtime`select note from audit.checkpoints order by number desc limit 1`
  expect(readCheckpoint(note)?.heads).toMatchObject([{ size: 3, state: 'closed' }])
})

test('a last checkpoint that is not finished at the deadline is reported once', async () => {
  const { runtimeUrl, admin } = await databaseForTest()
  const { record, checkpointer, close, errors } = await replica(runtimeUrl, { finalTimeout: 100 })
  await record({ kind: 'call' })
  await close()
  await admin.begin(async (tx) => {
    await tx`lock table audit.checkpoints in access exclusive mode`
    await checkpointer.stop()
  })
  expect(errors).toEqual(['the last checkpoint'])
})

test('an unreachable database is reported', async () => {
  const errors: string[] = []
  const checkpointer = createCheckpointer({
    pool: { url: 'postgres://a:b@127.0.0.1:1/x' },
    keys: [key],
    destinations: [],
    onAlarm() {},
    onKey() {},
    onError: (what) => errors.push(what),
  })
  await checkpointer.makeIfDue()
  expect(errors).toEqual(['a checkpoint'])
  await checkpointer.stop()
})

test('connections that end during a round end neither the process nor the chain', async () => {
  const { runtimeUrl, admin, runtime } = await databaseForTest()
  const { record, checkpointer, alarms, errors } = await replica(runtimeUrl)
  await Promise.all(Array.from({ length: 2_000 }, () => record({ kind: 'call' })))
  for (let round = 0; round < 15; round++) {
    const looking = checkpointer.makeIfDue()
    for (let turn = 0; turn < round; turn++) await setImmediate()
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'rack-gateway checkpoints' and datname = current_database()`
    await looking
    await record({ kind: 'call' })
  }
  const errorsBefore = errors.length
  await vi.waitFor(
    async () => {
      await checkpointer.makeIfDue()
      expect({ unsigned: checkpointer.state().unsigned, errors: errors.slice(errorsBefore) }).toMatchObject({
        unsigned: 0,
      })
    },
    { timeout: 60_000 },
  )
  expect(alarms).toEqual([])
  const rows = await runtime`select number::int as number from audit.checkpoints order by number`
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1))
})
