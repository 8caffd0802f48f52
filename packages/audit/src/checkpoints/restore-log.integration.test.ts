import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import type { SigningKeys } from '../signed-notes/choose-keys.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { copyDatabase, databaseForTest, openPostgresWriter, tamper } from '../testing/database.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { checkpointFiles } from '../verify/checkpoint-files.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { checkpointKey } from './checkpoint-destination.ts'
import { type LogGap, restoreLog } from './restore-log.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))
const newer = signingKeyOf(Buffer.alloc(32, 2))

/** A log whose backup was taken after one checkpoint and an event. Then two more checkpoints were made and copied. */
async function restoredLog({ keys = [key] }: { keys?: SigningKeys } = {}) {
  const original = await databaseForTest()
  const first = await openPostgresWriter(original.runtimeUrl)
  await first.record({ kind: 'call' })
  await makeCheckpoint(original.runtime, { keys: [key], interval: 0 })
  await first.record({ kind: 'call' })
  const backup = await copyDatabase(original)
  const later = await openPostgresWriter(original.runtimeUrl)
  await first.record({ kind: 'call' })
  await later.record({ kind: 'call' })
  await makeCheckpoint(original.runtime, { keys, interval: 0 })
  await first.record({ kind: 'call' })
  await makeCheckpoint(original.runtime, { keys, interval: 0 })
  return { ...backup, original, copies: await copiesOf(original.runtime), stream: first.stats().stream ?? '' }
}

async function copiesOf(sql: Sql): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-copies-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const rows = await sql`select number::float8 as number, note from audit.checkpoints order by number`
  for (const { number, note } of rows) {
    const path = join(directory, checkpointKey(number))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, note)
  }
  return directory
}

interface Restored {
  readonly runtime: Sql
  readonly runtimeUrl: string
}

/** Restores as the command of the server does. */
function restore({ runtime, runtimeUrl }: Restored, copies: string, keys: SigningKeys = [key]) {
  return restoreLog(runtime, {
    keys,
    copies: checkpointFiles(copies),
    async record(gap) {
      const writer = await openPostgresWriter(runtimeUrl)
      const { position } = await writer.record(restoredDraft(gap))
      await writer.close()
      return position
    },
  })
}

function restoredDraft({ from, last }: LogGap) {
  return { kind: 'log.restored', detail: { by: 'ada', reason: 'the disk failed', from, last } } as const
}

const dueLater = () => Date.now() + 3_600_000

test('a restored log continues after the last copy, and verifies with one finding that names the loss', async () => {
  const log = await restoredLog()
  const trust = { pinned: key.publicKey, checkpoints: log.copies }
  expect(await restore(log, log.copies)).toEqual({
    from: 1,
    first: 2,
    last: 3,
    lastAt: expect.any(String),
    events: 4,
    streams: 2,
    checkpoint: 4,
  })
  const lost = expect.arrayContaining([{ stream: log.stream, first: 4, last: 5 }])
  const finding = { problem: 'restored', from: 1, number: 4, events: 4, streams: 2, lost, event: { by: 'ada' } }
  const expected = { found: 1, findings: [finding], intact: false, unsigned: 0, anchored: true }
  // Every event is signed, so that nothing is overdue if the gateway starts hours later.
  expect(await verifyDatabase(log.runtime, { ...trust, now: dueLater() })).toMatchObject(expected)

  const { record } = await openPostgresWriter(log.runtimeUrl)
  await record({ kind: 'call' })
  const next = await makeCheckpoint(log.runtime, { keys: [key], interval: 0 })
  expect(next).toMatchObject({ kind: 'made', broken: [], checkpoint: { number: 5, restored: null } })
  expect(await verifyDatabase(log.runtime, { ...trust, checkpoints: await copiesOf(log.runtime) })).toMatchObject(
    expected,
  )
})

test('the lost period can have a new signing key', async () => {
  const log = await restoredLog({ keys: [newer, key] })
  await expect(restore(log, log.copies)).rejects.toThrow('does not have the key that signed the newest copy')
  await restore(log, log.copies, [newer, key])
  expect(await verifyDatabase(log.runtime, { pinned: key.publicKey, checkpoints: log.copies })).toMatchObject({
    found: 1,
    findings: [{ problem: 'restored' }],
    keys: [key.publicKey.text, newer.publicKey.text],
  })
})

test('a backup without checkpoints is continued too', async () => {
  const original = await databaseForTest()
  const { record } = await openPostgresWriter(original.runtimeUrl)
  await record({ kind: 'call' })
  const backup = await copyDatabase(original)
  await makeCheckpoint(original.runtime, { keys: [key], interval: 0 })
  expect(await restore(backup, await copiesOf(original.runtime))).toMatchObject({
    from: 0,
    first: 1,
    last: 1,
    events: 0,
  })
})

async function countOf(sql: Sql) {
  const [row] = await sql`select (select count(*)::int from audit.events) as events,
    (select count(*)::int from audit.checkpoints) as checkpoints`
  return row
}

test.each<[name: string, message: string, change: (log: Awaited<ReturnType<typeof restoredLog>>) => Promise<string>]>([
  [
    'a copy that was changed',
    'do not continue checkpoint 1',
    async ({ copies }) => {
      const changed = await copyOf(copies)
      await writeFile(join(changed, checkpointKey(2)), 'nothing')
      return changed
    },
  ],
  [
    'a missing copy',
    'the previous checkpoint is missing',
    async ({ copies }) => {
      const changed = await copyOf(copies)
      await rm(join(changed, checkpointKey(2)))
      return changed
    },
  ],
  ['copies of another log', 'does not link to the previous one', async () => (await restoredLog()).copies],
  [
    'a log that a gateway has continued before',
    'If a gateway was started after the restore',
    async ({ copies, runtime, runtimeUrl }) => {
      const { record } = await openPostgresWriter(runtimeUrl)
      await record({ kind: 'call' })
      await makeCheckpoint(runtime, { keys: [key], interval: 0 })
      return copies
    },
  ],
  [
    'a log that lacks nothing',
    'The log has all checkpoints that have a copy',
    async (log) => {
      await restore(log, log.copies)
      return log.copies
    },
  ],
  [
    'a backup with a changed event',
    'The backup differs from its own checkpoint 1',
    async ({ copies, admin, stream }) => {
      await tamper(admin, `delete from audit.events where stream = '${stream}' and seq = 2`)
      return copies
    },
  ],
  [
    'a backup without a stream that its checkpoint signs',
    'is missing',
    async ({ copies, admin, stream }) => {
      await tamper(
        admin,
        `delete from audit.events where stream = '${stream}'; delete from audit.trees where stream = '${stream}';
         delete from audit.streams where id = '${stream}'`,
      )
      return copies
    },
  ],
])('%s is refused, and nothing is recorded', async (_, message, change) => {
  const log = await restoredLog()
  const copies = await change(log)
  const before = await countOf(log.runtime)
  await expect(restore(log, copies)).rejects.toThrow(message)
  expect(await countOf(log.runtime)).toEqual(before)
})

async function copyOf(directory: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'rack-gateway-copies-'))
  onTestFinished(() => rm(copy, { recursive: true }))
  await cp(directory, copy, { recursive: true })
  return copy
}

test('an owner of the database who deletes events and records log.restored is found out', async () => {
  const { original, copies, stream } = await restoredLog()
  const { admin, runtime, runtimeUrl } = original
  await tamper(
    admin,
    `delete from audit.events where stream = '${stream}' and seq > 3;
     delete from audit.checkpoints where number > 1;
     update audit.trees set size = 0, peaks = ''`,
  )
  const forger = await openPostgresWriter(runtimeUrl)
  await forger.record({ kind: 'log.restored', detail: { by: 'ada', reason: 'the disk failed', from: 1, last: 3 } })
  await forger.close()
  // The gateway signs the forged event as any other. Its copy is rejected, because it has another checkpoint 2.
  await makeCheckpoint(runtime, { keys: [key], interval: 0 })
  const { findings } = await verifyDatabase(runtime, { pinned: key.publicKey, checkpoints: copies })
  expect(findings.map(({ problem }) => problem)).not.toContain('restored')
  expect(findings).toContainEqual(expect.objectContaining({ problem: 'rewritten', number: 2 }))
  expect(findings).toContainEqual(expect.objectContaining({ problem: 'truncated', stream, seq: 4, until: 5 }))
})
