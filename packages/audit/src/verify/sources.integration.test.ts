import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { type OnEnd, sharedFixture } from '@rack-gateway/database/testing'
import type { Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { checkpointKey } from '../checkpoints/checkpoint-destination.ts'
import type { EventDraft } from '../events/event.ts'
import { type SigningKey, signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseForTest, openPostgresWriter, tamper, withRollback } from '../testing/database.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { createSampleLog, sampleKey } from '../testing/sample-log.ts'
import { databaseLog } from './database-log.ts'
import { makeProof } from './make-proof.ts'
import { verifyProof } from './proof.ts'
import { searchColumns } from './search-columns.ts'
import { verifyDatabase, verifyExport, verifyGatewayResponse } from './sources.ts'

const key = signingKeyOf(Buffer.alloc(32, 1))
const trust = { pinned: key.publicKey, checkpoints: null }

/** A stream of `stream.opened` and eight calls. The first checkpoint signs five events, and the second all. */
async function recordedLog(onEnd: OnEnd = onTestFinished) {
  const database = await databaseForTest(onEnd)
  const { record, stats } = await openPostgresWriter(database.runtimeUrl, {}, onEnd)
  const checkpoint = () => makeCheckpoint(database.runtime, { keys: [key], interval: 0 })
  for (let count = 0; count < 4; count++) await record(count === 2 ? plain : full)
  await checkpoint()
  for (let count = 0; count < 4; count++) await record(full)
  await checkpoint()
  return { ...database, record, checkpoint, stream: stats().stream ?? '' }
}

/** For tests that roll back their changes. */
const sharedLog = sharedFixture(recordedLog)

const full: EventDraft = {
  kind: 'intent',
  request: 'r1',
  of: '01A21003-AD1A-75D6-92A3-9774156AED61',
  principal: { kind: 'user', id: 'u1', name: 'a\\b@example.com', roles: ['ops'] },
  source: { address: '192.0.2.1' },
  rack: 'staging',
  app: 'web',
  route: 'POST /apps/{app}/releases',
  permission: 'release:create',
  process: 'p1',
  command: ['rails', '\t"c"\n\\', 'ü'],
  decision: { effect: 'allow', rule: 'role:ops', grant: '01a21003-ad1a-75d6-92a3-9774156aed62' },
  status: 200,
}

/** An event without characters that JSON or COPY escape, as most events. */
const plain: EventDraft = {
  ...full,
  of: '01a21003-ad1a-75d6-92a3-9774156aed61',
  principal: { kind: 'user', id: 'u1', name: 'a@example.com', roles: ['ops'] },
  command: ['rails', 'c', 'ü'],
}

async function outsideOf(notes: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-outside-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [index, note] of notes.entries()) {
    const path = join(directory, checkpointKey(index + 1))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, note)
  }
  return directory
}

async function notesOf(sql: Sql): Promise<string[]> {
  return (await sql`select note from audit.checkpoints order by number`).map(({ note }) => note)
}

test('an untouched log with hostile values is intact, in the database and as an export', async () => {
  const { runtime, record } = await recordedLog()
  await record({
    kind: 'call',
    status: 99_999,
    of: 'no uuid',
    app: '\u202e\\N\t\\.',
    principal: { kind: 'user', id: '\\', name: '' },
  })
  await record({ kind: 'call', status: -3 })
  const checkpoints = await outsideOf(await notesOf(runtime))
  const expected = { intact: true, findings: [], streams: 1, events: 11, unsigned: 2, trust: 'pinned' }
  expect(await verifyDatabase(runtime, trust)).toMatchObject({ ...expected, anchored: false })
  expect(await verifyDatabase(runtime, { ...trust, checkpoints })).toMatchObject({ ...expected, anchored: true })
  const lines: Buffer[] = []
  for await (const batch of databaseLog(runtime).lines()) lines.push(Buffer.from(`${batch.join('\n')}\n`))
  expect(await verifyExport(Readable.from(lines), { ...trust, checkpoints })).toMatchObject({
    ...expected,
    anchored: true,
  })
})

test('all lines of a long log are read once, in order', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  const writers = [await openPostgresWriter(runtimeUrl), await openPostgresWriter(runtimeUrl)]
  await Promise.all(writers.flatMap(({ record }) => Array.from({ length: 1_200 }, () => record({ kind: 'call' }))))
  const lines: Buffer[] = []
  for await (const batch of databaseLog(runtime).lines()) lines.push(Buffer.from(`${batch.join('\n')}\n`))
  expect(await verifyExport(Readable.from(lines), trust)).toMatchObject({ intact: true, streams: 2, events: 2_402 })
})

const tamperings: readonly [string, string, object][] = [
  [
    'an edited field',
    `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE seq = 4`,
    { problem: 'hash', seq: 4 },
  ],
  ['a removed event', 'DELETE FROM audit.events WHERE seq = 4', { problem: 'gap', seq: 4 }],
  [
    'an inserted event',
    `INSERT INTO audit.events SELECT stream, seq, at + interval '1 ms', gen_random_uuid(), kind, request, of_event, principal, principal_name, address,
      rack, app, route, permission, effect, rule, granted, status, process, command, canonical, prev, hash, now() FROM audit.events WHERE seq = 4`,
    { problem: 'order', seq: 4 },
  ],
  [
    'swapped events',
    'UPDATE audit.events AS a SET canonical = b.canonical FROM audit.events AS b WHERE (a.seq, b.seq) IN ((4, 5), (5, 4))',
    { problem: 'swapped', seq: 4, until: 5 },
  ],
  [
    'swapped numbers',
    'UPDATE audit.events SET seq = 9 - seq WHERE seq IN (4, 5)',
    { problem: 'swapped', seq: 4, until: 5 },
  ],
  ['a truncated tail', 'DELETE FROM audit.events WHERE seq > 7', { problem: 'truncated', seq: 8, until: 9 }],
  ['everything removed', 'DELETE FROM audit.events', { problem: 'missing', seq: 1, until: 9 }],
  ['a hash that was replaced', `UPDATE audit.events SET hash = sha256('') WHERE seq = 4`, { problem: 'hash', seq: 4 }],
  ['a link that was replaced', `UPDATE audit.events SET prev = sha256('') WHERE seq = 4`, { problem: 'prev', seq: 4 }],
]

test.each(tamperings)('%s is detected in the database', async (_, statement, finding) => {
  const { adminUrl, stream } = sharedLog()
  await withRollback(adminUrl, async (sql) => {
    await tamper(sql, statement)
    const { findings, intact } = await verifyDatabase(sql, trust)
    expect(intact).toBe(false)
    expect(findings).toMatchObject([{ about: 'event', stream, ...finding }])
  })
})

/** Rehashes the history from event 4 on, as the database owner could. */
const rewritten = `DO $$ DECLARE r record; last bytea; BEGIN
  FOR r IN SELECT * FROM audit.events ORDER BY seq LOOP
    IF r.seq = 4 THEN r.canonical := replace(r.canonical, '"web"', '"api"'); END IF;
    last := coalesce(last, r.prev);
    UPDATE audit.events SET canonical = r.canonical, app = r.canonical::json->>'app', prev = last,
      hash = sha256(last || convert_to(r.canonical, 'UTF8')) WHERE seq = r.seq;
    last := sha256(last || convert_to(r.canonical, 'UTF8'));
  END LOOP; END $$`

test('a rehashed history is detected by signed trees, and after signing again by external copies', async () => {
  const { runtime, admin, stream, checkpoint } = await recordedLog()
  const checkpoints = await outsideOf(await notesOf(runtime))
  await tamper(admin, rewritten)
  expect((await verifyDatabase(runtime, trust)).findings).toMatchObject([{ problem: 'root', stream, seq: 1, until: 5 }])
  await admin.unsafe('DELETE FROM audit.checkpoints; DELETE FROM audit.trees')
  await checkpoint()
  await checkpoint()
  expect(await verifyDatabase(runtime, trust)).toMatchObject({ intact: true })
  const { findings } = await verifyDatabase(runtime, { ...trust, checkpoints })
  expect(findings.slice(0, 2)).toMatchObject([
    { about: 'checkpoint', problem: 'rewritten', number: 1 },
    { about: 'checkpoint', problem: 'rewritten', number: 2 },
  ])
  expect(findings).toContainEqual(expect.objectContaining({ problem: 'root', stream }))
})

test('removed checkpoints are detected by external copies', async () => {
  const { runtime, adminUrl } = sharedLog()
  const checkpoints = await outsideOf(await notesOf(runtime))
  await withRollback(adminUrl, async (sql) => {
    await tamper(sql, 'DELETE FROM audit.checkpoints WHERE number = 2; DELETE FROM audit.events WHERE seq > 5')
    expect(await verifyDatabase(sql, trust)).toMatchObject({ intact: true })
    expect((await verifyDatabase(sql, { ...trust, checkpoints })).findings).toMatchObject([
      { problem: 'removed', number: 2 },
      { problem: 'truncated', seq: 6, until: 9 },
    ])
  })
})

test.each(searchColumns.map(({ name }) => name).filter((name) => name !== 'stream' && name !== 'seq'))(
  'a search column that differs is detected: %s',
  async (column) => {
    const { adminUrl, stream } = sharedLog()
    const values: Record<string, string> = {
      at: "at + interval '1 microsecond'",
      id: 'gen_random_uuid()',
      of_event: 'gen_random_uuid()',
      granted: 'gen_random_uuid()',
      status: '500',
    }
    const value = values[column] ?? "'other'"
    await withRollback(adminUrl, async (sql) => {
      await tamper(sql, `UPDATE audit.events SET ${column} = ${value} WHERE seq = 4`)
      const { findings } = await verifyDatabase(sql, trust)
      expect(findings).toMatchObject([{ problem: 'column', stream, seq: 4, detail: column }])
      if (column === 'at') return
      await sql.unsafe(
        `ALTER TABLE audit.events ALTER ${column} DROP NOT NULL; UPDATE audit.events SET ${column} = null WHERE seq = 3`,
      )
      expect((await verifyDatabase(sql, trust)).findings).toMatchObject([{ problem: 'column', seq: 3, detail: column }])
    })
  },
)

test("a gateway's response is verified in any pieces, and compared with external copies", async () => {
  const log = createSampleLog()
  const one = log.open()
  one.add(20)
  log.checkpoint()
  one.add(5)
  log.checkpoint()
  const text = [...log.checkpoints.map((checkpoint) => JSON.stringify({ checkpoint })), ...log.lines, ''].join('\n')
  const pieces = (size: number) =>
    Readable.from(
      Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        Buffer.from(text.slice(index * size, (index + 1) * size)),
      ),
    )
  const checkpoints = await outsideOf(log.checkpoints)
  const options = { pinned: sampleKey.publicKey, checkpoints }
  for (const size of [1, 7, 1_000, text.length])
    expect(await verifyGatewayResponse(pieces(size), options)).toMatchObject({
      intact: true,
      events: 26,
      anchored: true,
      trust: 'pinned',
    })
  const less = Readable.from([Buffer.from(text.slice(text.indexOf('\n') + 1))])
  expect((await verifyGatewayResponse(less, options)).findings).toMatchObject([{ problem: 'removed', number: 1 }])
})

test('one checkpoint proves an event to a holder of the key', async () => {
  const { runtime, record } = await recordedLog()
  const rows = await runtime`select id, seq::int, canonical from audit.events order by seq`
  for (const { id, seq, canonical } of rows) {
    const result = await makeProof(runtime, id)
    if (result.kind !== 'proof') throw new Error(result.kind)
    const laidOut = JSON.parse(JSON.stringify(result.proof, null, 2))
    const verified = await verifyProof(laidOut, key.publicKey)
    expect(verified).toMatchObject({
      isValid: true,
      event: JSON.parse(canonical),
      trust: 'pinned',
      size: seq <= 5 ? 5 : 9,
    })
    const changed = [
      { ...laidOut, event: { ...laidOut.event, app: 'other' } },
      { ...laidOut, event: { ...laidOut.event, seq: seq + 1 } },
      { ...laidOut, prev: 'ab'.repeat(32) },
      { ...laidOut, path: laidOut.path.slice(1) },
      { ...laidOut, checkpoint: laidOut.checkpoint.replace('number 1', 'number 3').replace('number 2', 'number 4') },
      { ...laidOut, format: 'other' },
    ]
    for (const proof of changed) expect(await verifyProof(proof, null)).toMatchObject({ isValid: false })
    expect(await verifyProof(laidOut, signingKeyOf(Buffer.alloc(32, 9)).publicKey)).toMatchObject({ isValid: false })
    expect(await verifyProof(laidOut, null)).toMatchObject({ isValid: true, trust: 'first-use' })
  }
  const { id } = await record({ kind: 'call' })
  expect(await makeProof(runtime, id)).toEqual({ kind: 'unsigned' })
  expect(await makeProof(runtime, '01a21003-ad1a-75d6-92a3-9774156aed61')).toEqual({ kind: 'unknown' })
})

test('a proof by an older key is valid for a newer key that it signed', async () => {
  const { runtime } = await recordedLog()
  const [newer, newest] = [signingKeyOf(Buffer.alloc(32, 2)), signingKeyOf(Buffer.alloc(32, 3))]
  await makeCheckpoint(runtime, { keys: [newer, key], interval: 0 })
  await makeCheckpoint(runtime, { keys: [newest, newer], interval: 0 })
  const [{ id } = {}] = await runtime`select id from audit.events where seq = 3`
  const result = await makeProof(runtime, id)
  if (result.kind !== 'proof') throw new Error(result.kind)
  expect(await verifyProof(result.proof, newest.publicKey)).toMatchObject({ isValid: true, trust: 'pinned' })
  expect(
    await verifyProof({ ...result.proof, keyChanges: result.proof.keyChanges.slice(1) }, newest.publicKey),
  ).toMatchObject({ isValid: false })
})

test('a proof by a newer key is valid for the older key that vouched for it', async () => {
  const { runtime, record } = await recordedLog()
  const [newer, newest, foreign] = [2, 3, 4].map((byte) => signingKeyOf(Buffer.alloc(32, byte))) as [
    SigningKey,
    SigningKey,
    SigningKey,
  ]
  await makeCheckpoint(runtime, { keys: [newer, key], interval: 0 })
  await makeCheckpoint(runtime, { keys: [newest, newer], interval: 0 })
  const { id } = await record({ kind: 'call' })
  await makeCheckpoint(runtime, { keys: [newest], interval: 0 })
  const result = await makeProof(runtime, id)
  if (result.kind !== 'proof') throw new Error(result.kind)
  for (const [{ publicKey }, trustedIs] of [
    [key, 'older'],
    [newer, 'older'],
    [newest, 'the-signer'],
  ] as const)
    expect(await verifyProof(result.proof, publicKey)).toMatchObject({ isValid: true, connection: { trustedIs } })
  expect(await verifyProof(result.proof, foreign.publicKey)).toMatchObject({ isValid: false, failed: 'key' })
  expect(await verifyProof({ ...result.proof, keyChanges: [] }, key.publicKey)).toMatchObject({ failed: 'key' })
})
