import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { PoolSettings } from '@rack-gateway/database'
import { expect, onTestFinished, test } from 'vitest'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseForTest, openPostgresWriter, tamper } from '../testing/database.ts'
import { startBuiltVerifier } from '../testing/verifier-threads.ts'
import type { Alarm } from './alarms.ts'
import { type CheckpointerOptions, createCheckpointer } from './checkpointer.ts'
import { createStreamVerifier, startVerifierThread, verifierThreadOptions } from './stream-verifier.ts'

const { resourceLimits } = verifierThreadOptions({ url: '' })
const isLinux = process.platform === 'linux'

function checkpointerOn(url: string, options: Partial<CheckpointerOptions> = {}) {
  const alarms: Alarm[] = []
  const errors: string[] = []
  const checkpointer = createCheckpointer({
    pool: { url },
    keys: [signingKeyOf(Buffer.alloc(32, 1))],
    destinations: [],
    interval: 0,
    every: 3_600_000,
    onAlarm: (alarm) => alarms.push(alarm),
    onKey() {},
    onError: (what, error) => errors.push(`${what}: ${error instanceof Error ? error.message : error}`),
    startVerifier: startBuiltVerifier,
    ...options,
  })
  onTestFinished(() => checkpointer.stop())
  return { ...checkpointer, alarms, errors }
}

/** Starts a thread that runs `script` for each verification, and then as many good threads as needed. */
function startFaultyVerifier(script: string) {
  const threads: Worker[] = []
  return {
    threads,
    start(pool: PoolSettings): Worker {
      const code = `require('node:worker_threads').parentPort.on('message', () => { ${script} })`
      const thread = threads.length === 0 ? new Worker(code, { eval: true, resourceLimits }) : startBuiltVerifier(pool)
      threads.push(thread)
      return thread
    },
  }
}

async function logOf(events: number) {
  const database = await databaseForTest()
  const writer = await openPostgresWriter(database.runtimeUrl)
  for (let left = events - 1; left > 0; left -= 1_000)
    await Promise.all(Array.from({ length: Math.min(left, 1_000) }, () => writer.record({ kind: 'call', app: 'web' })))
  return { ...database, ...writer, stream: writer.stats().stream ?? '' }
}

/** Processor time of the main thread, and of all threads, in microseconds. */
function processorTimes() {
  const { user, system } = process.cpuUsage()
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
  return { main: Number(nanoseconds) / 1_000, all: user + system }
}

/** The priorities of the threads of this process. */
function niceValues(): number[] {
  return readdirSync('/proc/self/task').map((task) => {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  })
}

test.runIf(isLinux)('another thread verifies events, at a lower priority than the main thread', async () => {
  const events = 20_000
  const { runtimeUrl } = await logOf(events)
  const checkpointer = checkpointerOn(runtimeUrl)
  const before = processorTimes()
  await checkpointer.makeIfDue()
  const after = processorTimes()
  expect(checkpointer.state()).toMatchObject({ number: 1, verified: events })
  expect((after.main - before.main) / (after.all - before.all)).toBeLessThan(0.4)
  expect(niceValues().filter((value) => value === getPriority() + 5)).toHaveLength(1)
})

const rehash = (seq: number, canonical: string) =>
  `UPDATE audit.events SET canonical = ${canonical}, hash = sha256(prev || convert_to(${canonical}, 'UTF8')) WHERE seq = ${seq}`

test.each([
  [
    'a changed event',
    `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE seq = 4`,
    'hash',
    4,
  ],
  ['a changed event with its own hash', rehash(4, `replace(canonical, '"web"', '"api"')`), 'prev', 5],
  ['a changed link', `UPDATE audit.events SET prev = decode(repeat('ab', 32), 'hex') WHERE seq = 4`, 'prev', 4],
  ['a removed event', 'DELETE FROM audit.events WHERE seq = 4', 'gap', 4],
  [
    'a second event with the same number',
    `INSERT INTO audit.events (stream, seq, at, id, kind, canonical, prev, hash)
    SELECT stream, seq, at + interval '1 ms', id, kind, canonical, prev, hash FROM audit.events WHERE seq = 4`,
    'order',
    5,
  ],
  [
    'an event of another stream',
    rehash(4, `replace(canonical, stream::text, '01a21006-6e55-7646-9171-966421143187')`),
    'unreadable',
    4,
  ],
  ['an event that is not JSON', rehash(4, `'x'`), 'unreadable', 4],
  [
    'a link that is too short',
    `ALTER TABLE audit.events DROP CONSTRAINT events_prev_length; UPDATE audit.events SET prev = '\\x00' WHERE seq = 4`,
    'unreadable',
    4,
  ],
  ['a second start', rehash(4, `replace(canonical, '"call"', '"stream.opened"')`), 'bounds', 4],
  ['a removed event that was signed last', 'DELETE FROM audit.events WHERE seq = 3', 'truncated', 3],
  ['a removed end', 'DELETE FROM audit.events WHERE seq > 2', 'truncated', 3],
  ['a removed stream', 'DELETE FROM audit.events', 'truncated', 3],
] as const)('the thread detects %s', async (_, statement, problem, seq) => {
  const { runtimeUrl, admin, record, stream } = await logOf(3)
  const checkpointer = checkpointerOn(runtimeUrl)
  await checkpointer.makeIfDue()
  for (let count = 0; count < 3; count++) await record({ kind: 'call', app: 'web' })
  await tamper(admin, statement)
  await checkpointer.makeIfDue()
  expect(checkpointer.alarms).toEqual([{ problem, stream, seq, number: 2 }])
})

test.each([
  ['rewritten with all links', rehash(1, `replace(canonical, '"test"', '"other"')`), 'root'],
  ['removed', 'DELETE FROM audit.events', 'truncated'],
])('the thread detects signed events that were %s, although their tree is missing', async (_, statement, problem) => {
  const { runtimeUrl, admin, stream } = await logOf(1)
  const checkpointer = checkpointerOn(runtimeUrl)
  await checkpointer.makeIfDue()
  await tamper(admin, statement)
  await admin`update audit.trees set size = 0, peaks = ''`
  await checkpointer.makeIfDue()
  expect(checkpointer.alarms).toEqual([{ problem, stream, seq: 1, number: 2 }])
})

test.each([
  [
    'fails',
    `throw new Error('a defect')`,
    /^a checkpoint: .* failed \(a defect\)\. Another one starts after [2-4] s\.$/,
  ],
  ['exits', 'process.exit(3)', /failed \(exit code 3\)/],
  ['makes no progress', 'for (;;);', /failed \(no progress for 5 s\)/],
  [
    'uses too much memory',
    'const all = []; for (;;) all.push({ at: [all.length] })',
    /failed \(Worker terminated .*memory/,
  ],
])('a thread that %s is reported, and replaced after a while', async (_, script, message) => {
  const { runtimeUrl } = await logOf(3)
  const { threads, start } = startFaultyVerifier(script)
  const stallTimeout = script.startsWith('for') ? 5_000 : 60_000
  const checkpointer = checkpointerOn(runtimeUrl, { startVerifier: start, stallTimeout })
  await checkpointer.makeIfDue()
  expect(checkpointer.errors).toEqual([expect.stringMatching(message)])
  await checkpointer.makeIfDue()
  expect([threads.length, checkpointer.errors.length]).toEqual([1, 1])
  expect(checkpointer.state()).toMatchObject({ number: 0, verifierFailed: true })
  await expect
    .poll(async () => {
      await checkpointer.makeIfDue()
      return checkpointer.state()
    })
    .toMatchObject({ number: 1, verified: 3, verifierFailed: false })
  expect([threads.length, checkpointer.errors.length]).toEqual([2, 1])
})

test('while its thread cannot start, a gateway follows the checkpoints of other replicas', async () => {
  const { runtimeUrl } = await logOf(3)
  const failing = checkpointerOn(runtimeUrl, { startVerifier: startFaultyVerifier('process.exit(3)').start })
  await failing.makeIfDue()
  const other = checkpointerOn(runtimeUrl)
  await other.makeIfDue()
  await failing.makeIfDue()
  expect(failing.state()).toMatchObject({ number: 1, verified: 0, verifierFailed: true })
})

test('a thread that ends between two verifications is reported', async () => {
  const { runtimeUrl } = await logOf(3)
  const threads: Worker[] = []
  const checkpointer = checkpointerOn(runtimeUrl, {
    startVerifier(pool) {
      const thread = startBuiltVerifier(pool)
      threads.push(thread)
      return thread
    },
  })
  await checkpointer.makeIfDue()
  await threads[0]?.terminate()
  expect(checkpointer.errors).toEqual([expect.stringContaining('failed (exit code 1)')])
  expect(checkpointer.state().verifierFailed).toBe(true)
})

test('a thread that cannot start is reported', async () => {
  const { runtimeUrl } = await logOf(3)
  const checkpointer = checkpointerOn(runtimeUrl, {
    startVerifier() {
      throw new Error('no more threads')
    },
  })
  await checkpointer.makeIfDue()
  expect(checkpointer.errors).toEqual([expect.stringContaining('failed (no more threads)')])
})

test('a gateway that stops ends a verification that hangs', async () => {
  const { runtimeUrl } = await logOf(3)
  const { threads, start } = startFaultyVerifier('for (;;);')
  const checkpointer = checkpointerOn(runtimeUrl, { startVerifier: start, finalTimeout: 100 })
  const round = checkpointer.makeIfDue()
  await expect.poll(() => threads).toHaveLength(1)
  const ended = new Promise((resolve) => threads[0]?.once('exit', resolve))
  await checkpointer.stop()
  await Promise.all([ended, round])
  expect(checkpointer.errors).toEqual([expect.stringMatching(/^the last checkpoint: it was not made/)])
})

test('a closed verifier starts no thread', async () => {
  const { threads, start } = startFaultyVerifier('')
  const verifier = createStreamVerifier({ start: () => start({ url: '' }), onError() {}, stallTimeout: 1_000 })
  await verifier.close()
  await expect(verifier.verify([])).rejects.toThrow('The verifier is closed.')
  expect(threads).toEqual([])
})

test('the thread has a memory limit, and works from source', async () => {
  const { runtimeUrl } = await logOf(3)
  const threads: Worker[] = []
  const checkpointer = checkpointerOn(runtimeUrl, {
    startVerifier(pool) {
      const thread = startVerifierThread(pool)
      threads.push(thread)
      return thread
    },
  })
  await checkpointer.makeIfDue()
  expect([checkpointer.errors, checkpointer.state().verified]).toEqual([[], 3])
  expect(threads[0]?.resourceLimits).toMatchObject({ maxOldGenerationSizeMb: 128 })
})
