import {
  appendFile,
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAdopter } from '../adoption/adopter.ts'
import { createPostgresAdoptionStore } from '../adoption/postgres-adoption-store.ts'
import { genesis, linkHash } from '../events/chain.ts'
import type { AuditEvent } from '../events/event.ts'
import { columnTexts } from '../events/event-columns.ts'
import { RecordedEvent } from '../events/recorded-event.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { checkChain, databaseForTest } from '../testing/database.ts'
import { directoryForTest, openWriterWithFallback, testKeys } from '../testing/fallback.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { openFallbackDirectory } from './directory.ts'
import { type Disk, type DiskFile, nodeDisk } from './disk.ts'
import { openFallback } from './fallback.ts'
import { createFallbackFile } from './fallback-file.ts'
import { createPostgresImporter } from './importer.ts'

type TestDatabase = Awaited<ReturnType<typeof databaseForTest>>

const unavailable = expect.objectContaining({ code: 'RGW_AUDIT_UNAVAILABLE', statusCode: 503 })

async function eventsOf({ runtime }: TestDatabase, ...kinds: string[]): Promise<AuditEvent[]> {
  const rows =
    await runtime`select canonical from audit.events where kind in ${runtime(kinds)} order by at, stream, seq`
  return rows.map(({ canonical }) => JSON.parse(canonical))
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).sort()
}

/** Records events while the database is unavailable. */
async function recordDuringOutage(writer: Awaited<ReturnType<typeof openWriterWithFallback>>, count: number) {
  writer.stopDatabase()
  return await Promise.all(
    Array.from({ length: count }, (_, index) => writer.record({ kind: 'intent', request: `away${index}`, app: 'web' })),
  )
}

async function waitForReturn({ fallback }: { fallback: { stats(): { usingFile: boolean; bytes: number } } }) {
  await expect.poll(() => fallback.stats()).toMatchObject({ usingFile: false, bytes: 0 })
}

/** A process that ended with events in its fallback file. */
async function leaveFile(database: TestDatabase, directory: string, count = 5) {
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  await recordDuringOutage(gone, count)
  await gone.end()
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const [name = ''] = await namesIn(directory)
  return { stream, name, path: join(directory, name) }
}

test('while the database is unavailable, events go to a file with the same stream, numbers, and hashes, and later into the database', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await writer.record({ kind: 'call' })
  const away = await recordDuringOutage(writer, 50)
  const more = await writer.record({ kind: 'outcome', of: away[0]?.id ?? '' })
  expect(more.event).toMatchObject({ stream, seq: 53 })
  expect(writer.fallback.stats()).toMatchObject({ usingFile: true, usable: true, since: expect.any(Number) })
  expect(writer.stats().available).toBe(true)

  const [name = '', ...others] = await namesIn(directory)
  expect(others).toEqual([])
  expect(name).toMatch(new RegExp(`^${stream}\\.000000000003\\.\\d{13}\\.ndjson$`))
  const path = join(directory, name)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1)
  expect(lines.map((line) => line.split(' ')[1])).toEqual([...away, more].map(({ hash }) => hash.toString('hex')))

  writer.startDatabase()
  await waitForReturn(writer)
  const last = await writer.record({ kind: 'call' })
  expect(last.event.stream).toBe(stream)
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toHaveLength(1)
  expect(await eventsOf(database, 'stream.recovered')).toMatchObject([{ detail: { stream, from: 3, seq: 53 } }])
  await expect.poll(() => namesIn(directory)).toEqual([])
  expect(writer.states).toEqual(['away', 'back'])
  await writer.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('imported events have the same search columns', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const draft = {
    kind: 'intent' as const,
    request: 'r\n1',
    principal: { kind: 'user' as const, id: 'u1', name: 'ann\u202e' },
    source: { address: '192.0.2.1' },
    rack: 'staging',
    app: 'web',
    route: 'POST /x',
    permission: 'p',
    process: 'p1',
    command: ['rails', 'c\t'],
    decision: { effect: 'allow' as const, rule: 'role:ops', grant: '01890000-0000-7000-8000-000000000001' },
    status: 200,
    of: '01890000-0000-7000-8000-000000000000',
  }
  const direct = await writer.record(draft)
  writer.stopDatabase()
  const away = await writer.record(draft)
  writer.startDatabase()
  await waitForReturn(writer)
  const rows =
    await database.runtime`select kind, request, of_event, principal, principal_name, address, rack, app, route,
    permission, effect, rule, granted, status, process, command from audit.events where id in ${database.runtime([direct.id, away.id])}`
  expect(rows).toHaveLength(2)
  expect(rows[0]).toEqual(rows[1])
})

test('a commit whose response was lost is compared, and not inserted again', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  writer.proxy.set('mute')
  const recorded = await writer.record({ kind: 'intent' })
  await expect.poll(() => eventsOf(database, 'intent')).toHaveLength(1)
  writer.stopDatabase()
  writer.startDatabase()
  await waitForReturn(writer)
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toMatchObject([{ detail: { inserted: 0 } }])
  expect(await eventsOf(database, 'intent')).toMatchObject([{ id: recorded.id }])
  await writer.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('if the database has a different event with the same number, the stream ends: the file stays, an alarm has the reason, and the writer begins another stream', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordDuringOutage(writer, 3)
  const forged = { stream, seq: 2, at: new Date(), id: stream, kind: 'call', canonical: '{}' }
  await database.runtime`insert into audit.events ${database.runtime({ ...forged, prev: Buffer.alloc(32), hash: Buffer.alloc(32) })}`
  writer.startDatabase()
  await expect.poll(() => writer.fallback.stats()).toMatchObject({ usingFile: false, refusedFiles: 1 })
  expect(writer.alarms).toMatchObject([
    { kind: 'stream.not-recovered', close: expect.stringContaining('different events') },
  ])
  await expect.poll(async () => (await writer.record({ kind: 'call' })).event.stream).not.toBe(stream)
  expect(await eventsOf(database, 'stream.not-recovered')).toMatchObject([{ detail: { stream } }])
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  expect(await eventsOf(database, 'intent')).toEqual([])
})

test('files of a dead process are imported by the next one, before its stream is adopted', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { stream } = await leaveFile(database, directory, 2_500)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await namesIn(directory)).toEqual([])
  expect(await eventsOf(database, 'intent')).toHaveLength(2_500)
  const recovered = (await eventsOf(database, 'stream.recovered')).find((event) => event.stream === next.stream())
  expect(recovered).toMatchObject({ detail: { stream, seq: 2_502 } })
  expect(recovered?.detail).not.toHaveProperty('adoptedBy')
  const [row] = await database.runtime`select closed_at is not null as closed from audit.streams where id = ${stream}`
  expect(row?.closed).toBe(true)
  await next.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

test('several processes that find the same files import each event once', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(database, directory, 1_200)
  const others = await Promise.all(
    Array.from({ length: 4 }, () => openWriterWithFallback(database.runtimeUrl, { directory })),
  )
  await Promise.all(others.map(({ fallback, record }) => fallback.importFiles(record)))
  expect(await namesIn(directory)).toEqual([])
  expect(await eventsOf(database, 'intent')).toHaveLength(1_200)
  expect(others.flatMap(({ alarms }) => alarms)).toEqual([])
  await Promise.all(others.map(({ end }) => end()))
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 5 })
})

test('the file of a live process is left alone', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const alive = await openWriterWithFallback(database.runtimeUrl, { directory })
  await recordDuringOutage(alive, 3)
  const [name] = await namesIn(directory)
  const other = await openWriterWithFallback(database.runtimeUrl, { directory })
  await other.fallback.importFiles(other.record)
  expect(await namesIn(directory)).toEqual([name])
})

test('a file that is imported while its writer continues loses no confirmed event', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const cutOff = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = cutOff.stream()
  await recordDuringOutage(cutOff, 3)
  const other = await openWriterWithFallback(database.runtimeUrl, { directory })
  const promised: string[] = []
  for (let round = 0; round < 6; round++) {
    await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
    const [recorded] = await Promise.all([cutOff.record({ kind: 'call' }), other.fallback.importFiles(other.record)])
    promised.push(recorded.id)
  }
  cutOff.startDatabase()
  await waitForReturn(cutOff)
  expect((await eventsOf(database, 'call')).map(({ id }) => id)).toEqual(promised)
  await Promise.all([cutOff.end(), other.end()])
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('an incomplete last line is not imported, the file stays, and an alarm is raised', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { path } = await leaveFile(database, directory, 4)
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.slice(0, -10))
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'intent')).toHaveLength(4)
  expect(await eventsOf(database, 'stream.not-recovered')).toMatchObject([
    { close: expect.stringContaining('incomplete line') },
  ])
  expect(next.alarms).toHaveLength(1)
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  await next.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test.each<[string, (text: string) => string, number]>([
  ['an event edited', (text) => text.replace('away2', 'away9'), 2],
  ['an event whose JSON does not parse', (text) => text.replace(/("request":)("away2")/, '$1~$2'), 2],
  ['an event left out', (text) => text.split('\n').toSpliced(3, 1).join('\n'), 2],
  ['two events swapped', (text) => swap(text.split('\n'), 3, 4).join('\n'), 2],
  ['zeros at its end', (text) => `${text}${'\0'.repeat(4_096)}`, 5],
  ['a line of nonsense at its end', (text) => `${text}nonsense\n`, 5],
  ['its first line edited', (text) => text.replace('"host":"test"', '"host":"evil"'), 0],
  ['nothing in it', () => '', 0],
  ['a line without an end', () => 'x'.repeat(2_000_000), 0],
  ['a foreign signature', (text) => text.replace(/^[0-9a-f]{8}/gm, '00000000'), 0],
])('a file with %s is not accepted as complete', async (_, edit, survive) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { path, stream } = await leaveFile(database, directory, 5)
  await writeFile(path, edit(await readFile(path, 'utf8')))
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'intent')).toHaveLength(survive)
  expect(await eventsOf(database, 'stream.not-recovered')).toMatchObject([{ detail: { stream } }])
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  expect(next.fallback.stats().refusedFiles).toBe(1)
  await next.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('one damaged byte in its file does not keep a process from its database: it begins another stream', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordDuringOutage(writer, 1)
  for (const request of ['kept', 'hurt', 'lost']) await writer.record({ kind: 'intent', request })
  const [name = ''] = await namesIn(directory)
  const path = join(directory, name)
  await writeFile(path, (await readFile(path, 'utf8')).replace(',"request":"hurt"', '~"request":"hurt"'))
  writer.startDatabase()
  await expect.poll(() => writer.fallback.stats()).toMatchObject({ usingFile: false, refusedFiles: 1 })
  await expect.poll(async () => (await writer.record({ kind: 'call' })).event.stream).not.toBe(stream)
  expect(await eventsOf(database, 'intent')).toHaveLength(2)
  expect(writer.alarms).toMatchObject([{ kind: 'stream.not-recovered', detail: { stream } }])
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('a file whose import fails blocks neither other files nor the return to the database', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { stream } = await leaveFile(database, directory)
  const other = await leaveFile(database, await directoryForTest())
  await rename(other.path, join(directory, other.name))
  const importer = createPostgresImporter({ pool: { url: database.runtimeUrl } })
  let fails = true
  const next = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    importer: {
      ...importer,
      async importFile(reader) {
        if (fails && reader.header?.id === stream) throw new Error('the file cannot be read')
        return await importer.importFile(reader)
      },
    },
  })
  expect(next.fallback.stats()).toMatchObject({ failingFiles: 1, refusedFiles: 0 })
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
  await recordDuringOutage(next, 2)
  next.startDatabase()
  await expect.poll(() => next.fallback.stats().usingFile).toBe(false)
  fails = false
  // An import that is already running still reports the failure.
  await expect
    .poll(async () => {
      await next.fallback.importFiles(next.record)
      return next.fallback.stats()
    })
    .toMatchObject({ failingFiles: 0, refusedFiles: 0 })
  expect(await eventsOf(database, 'intent')).toHaveLength(12)
})

/** Leaves a file with the beginning of a stream of that month. */
async function leaveOldFile(directory: string, month: number): Promise<string> {
  const id = '01890000-0000-7000-8000-000000000001'
  const at = new Date(month + 1_000).toISOString()
  const canonical = JSON.stringify({ at, id, kind: 'stream.opened', seq: 1, stream: id, v: 1 })
  const event: AuditEvent = JSON.parse(canonical)
  const position = { id, stream: id, seq: 1, moment: month + 1_000, at }
  const recorded = new RecordedEvent(position, columnTexts(event), canonical, genesis, linkHash(genesis, canonical))
  await openFallbackDirectory(directory, nodeDisk)
  const header = { id, month, host: 'test', pid: 1 }
  const options = { disk: nodeDisk, directory, keys: testKeys, minimumFree: 1, header, now: month }
  await (await createFallbackFile(options, [recorded])).close()
  return id
}

function monthAgo(months: number): number {
  const now = new Date()
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)
}

test.each<[string, number, (database: TestDatabase, stream: string, month: number) => Promise<unknown>]>([
  ['is too old for a partition', 3, async () => {}],
  [
    'was dropped',
    1,
    async ({ admin }, stream, month) =>
      await admin`insert into audit.streams (id, month, host, pid, lease_until)
        values (${stream}, ${new Date(month)}, 'test', 1, now() - interval '1 hour')`,
  ],
])('a file whose month %s is refused, and reported once', async (_, months, prepare) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const month = monthAgo(months)
  const stream = await leaveOldFile(directory, month)
  await prepare(database, stream, month)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms).toMatchObject([
    { kind: 'stream.not-recovered', close: expect.stringContaining('no partition for its month') },
  ])
  expect(next.fallback.stats()).toMatchObject({ failingFiles: 0, refusedFiles: 1 })
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  await next.fallback.importFiles(next.record)
  expect(next.alarms).toHaveLength(1)
})

test('events that are imported after their tree was settled are signed by the next checkpoint', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { stream } = await leaveFile(database, directory)
  await database.admin`update audit.streams set adopted_by = gen_random_uuid(), accounted_at = now() where id = ${stream}`
  const key = signingKeyOf(Buffer.alloc(32, 1))
  const headOf = async () => {
    const made = await makeCheckpoint(database.runtime, { keys: [key], interval: 0 })
    return made.kind === 'made' ? made.checkpoint.heads.find((head) => head.stream === stream) : made.kind
  }
  expect(await headOf()).toMatchObject({ size: 1, state: 'abandoned' })
  await database.runtime`update audit.trees set settled = true where stream = ${stream}`
  expect(await headOf()).toBeUndefined()
  await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await headOf()).toMatchObject({ size: 7 })
  const trust = { pinned: key.publicKey, checkpoints: null }
  expect(await verifyDatabase(database.runtime, trust)).toMatchObject({ intact: true, trust: 'pinned' })
})

function swap(lines: string[], one: number, other: number): string[] {
  const result = [...lines]
  result[one] = lines[other] ?? ''
  result[other] = lines[one] ?? ''
  return result
}

test.each<[string, (path: string, directory: string) => Promise<unknown>]>([
  [
    'a link',
    (path, directory) =>
      rename(path, join(directory, 'elsewhere')).then(() => symlink(join(directory, 'elsewhere'), path)),
  ],
  ['a hard link', (path, directory) => link(path, join(directory, 'second'))],
  ['a directory', (path) => unlink(path).then(() => mkdir(path))],
  ['a file that others may write', (path) => chmod(path, 0o666)],
  ['a copy under the name of another stream', (path) => rename(path, path.replace(/audit\/.{8}/, 'audit/00000000'))],
])('%s is neither followed nor read', async (_, prepare) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { path } = await leaveFile(database, directory)
  await prepare(path, directory)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'intent')).toEqual([])
  expect(next.alarms).toMatchObject([{ kind: 'stream.not-recovered' }])
  expect((await namesIn(directory)).filter((name) => name.endsWith('.refused'))).toHaveLength(1)
})

test('a file of an unknown stream is refused unless it has the first event', async () => {
  const database = await databaseForTest()
  const other = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(other, directory)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms).toMatchObject([{ close: expect.stringContaining('does not have its stream') }])
  expect(await eventsOf(database, 'intent')).toEqual([])
})

test('a file is refused if earlier events are missing', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, limits: { fileSize: 1 } })
  const stream = writer.stream()
  await recordDuringOutage(writer, 2)
  await writer.record({ kind: 'call' })
  const files = await Promise.all((await namesIn(directory)).map((name) => stat(join(directory, name))))
  expect(files.length).toBeGreaterThan(1)
  expect(writer.fallback.stats().bytes).toBe(files.reduce((sum, { size }) => sum + size, 0))
  await writer.end()
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const [first = ''] = await namesIn(directory)
  await unlink(join(directory, first))
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms[0]?.close).toContain('the log has its stream up to event 1, and the file begins with 4')
  expect(await eventsOf(database, 'intent', 'call')).toEqual([])
})

test('a month that ends while the database is unavailable loses no event: a new stream begins in a file', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const now = new Date()
  const time = { now: Date.now() }
  const writer = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    writer: { clock: { now: () => time.now } },
  })
  const before = writer.stream()
  await recordDuringOutage(writer, 3)
  time.now = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  const after = await writer.record({ kind: 'call' })
  expect(after.event.stream).not.toBe(before)
  writer.startDatabase()
  await waitForReturn(writer)
  await writer.record({ kind: 'call' })
  expect(writer.stream()).toBe(after.event.stream)
  await writer.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 2 })
  const rows =
    await database.runtime`select id, follows, closed_at is not null as closed from audit.streams order by month`
  expect(rows).toEqual([
    { id: before, follows: null, closed: true },
    { id: after.event.stream, follows: before, closed: true },
  ])
})

test('events in the file of an adopted stream are imported and marked, and the writer begins another stream', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordDuringOutage(writer, 3)
  const adopter = '01890000-0000-7000-8000-000000000000'
  await database.admin`update audit.streams set adopted_by = ${adopter}, accounted_seq = 1, accounted_at = now() where id = ${stream}`
  writer.startDatabase()
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toHaveLength(1)
  const [recovered] = await eventsOf(database, 'stream.recovered')
  expect(recovered).toMatchObject({ detail: { stream, from: 2, inserted: 3, adoptedBy: adopter } })
  expect(recovered?.stream).not.toBe(stream)
  expect(await eventsOf(database, 'intent')).toHaveLength(3)
  const [row] = await database.runtime`select accounted_seq, accounted_at from audit.streams where id = ${stream}`
  expect(row).toEqual({ accounted_seq: '1', accounted_at: null })
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

function createAdopterFor(database: TestDatabase, writer: Awaited<ReturnType<typeof openWriterWithFallback>>) {
  const adoptions = createPostgresAdoptionStore({ pool: { url: database.runtimeUrl } })
  onTestFinished(() => adoptions.close())
  return createAdopter({ adoptions, writer, beforeSearch: () => writer.fallback.importFiles(writer.record) })
}

test('a stream is adopted while its file is on another disk: imported calls are accounted for later, once', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  const early = await gone.record({ kind: 'intent', request: 'early' })
  const open = await recordDuringOutage(gone, 3)
  await gone.record({ kind: 'outcome', of: early.id })
  await gone.record({ kind: 'outcome', of: open[0]?.id ?? '' })
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`

  const replica = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const adopter = createAdopterFor(database, replica)
  await adopter.adoptExpired()
  expect(await eventsOf(database, 'stream.abandoned')).toMatchObject([{ detail: { stream, seq: 2, fallback: true } }])
  expect(await eventsOf(database, 'outcome.unknown')).toMatchObject([{ of: early.id }])

  await gone.end()
  await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'stream.recovered')).toMatchObject([
    { detail: { stream, adoptedBy: replica.stream() } },
  ])
  await Promise.all([adopter.adoptExpired(), adopter.adoptExpired()])
  await adopter.adoptExpired()
  expect((await eventsOf(database, 'outcome.unknown')).map(({ of }) => of)).toEqual([
    early.id,
    open[1]?.id,
    open[2]?.id,
  ])
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(1)
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('a stream is adopted only after its file was imported', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  const begun = await gone.record({ kind: 'intent' })
  gone.stopDatabase()
  await gone.record({ kind: 'outcome', of: begun.id })
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  await createAdopterFor(database, next).adoptExpired()
  expect(await eventsOf(database, 'stream.abandoned')).toMatchObject([{ detail: { stream, seq: 3 } }])
  expect(await eventsOf(database, 'outcome.unknown')).toEqual([])
})

test('an adoption that loses the database is not continued in a file', async () => {
  const database = await databaseForTest()
  const lost = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const open = await Promise.all(Array.from({ length: 5 }, () => lost.record({ kind: 'intent' })))
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${lost.stream()}`
  const first = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const stream = first.stream()
  const adoptions = createPostgresAdoptionStore({ pool: { url: database.runtimeUrl }, page: 2 })
  onTestFinished(() => adoptions.close())
  const cutOff = createAdopter({
    adoptions: {
      ...adoptions,
      async openCalls(...given) {
        const found = await adoptions.openCalls(...given)
        if (given[1] > 0) first.stopDatabase()
        return found
      },
    },
    writer: first,
  })
  await expect(cutOff.adoptExpired()).rejects.toMatchObject({ code: 'RGW_STREAM_LOST' })
  const away = await first.record({ kind: 'call' })
  expect(away.event.stream).not.toBe(stream)
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const second = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  await createAdopterFor(database, second).adoptExpired()
  first.startDatabase()
  await waitForReturn(first)
  const unknown = (await eventsOf(database, 'outcome.unknown')).map(({ of }) => of)
  expect(unknown.sort()).toEqual(open.map(({ id }) => id).sort())
  expect(await eventsOf(database, 'call')).toMatchObject([{ id: away.id }])
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true })
})

test('two replicas share a directory during an outage, each with its own files', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const replicas = [
    await openWriterWithFallback(database.runtimeUrl, { directory }),
    await openWriterWithFallback(database.runtimeUrl, { directory }),
  ]
  const promised = (await Promise.all(replicas.map((replica) => recordDuringOutage(replica, 200)))).flat()
  expect(await namesIn(directory)).toHaveLength(2)
  for (const { startDatabase } of replicas) startDatabase()
  await expect.poll(() => replicas.map(({ fallback }) => fallback.stats().usingFile)).toEqual([false, false])
  await Promise.all(replicas.map(({ end }) => end()))
  const found = new Set((await eventsOf(database, 'intent')).map(({ id }) => id))
  expect(promised.filter(({ id }) => !found.has(id))).toEqual([])
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

test('clock jumps during an outage neither lose nor reorder events', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const day = 86_400_000
  const time = { now: Date.now() }
  const clock = { now: () => time.now }
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, now: clock.now, writer: { clock } })
  writer.stopDatabase()
  const recorded = []
  for (const jump of [0, 1, -1, 40 * day, -400 * day, 5, 41 * day]) {
    time.now = Date.now() + jump
    recorded.push(await writer.record({ kind: 'call' }))
  }
  time.now = Date.now()
  writer.startDatabase()
  await waitForReturn(writer)
  await writer.end()
  const found = await eventsOf(database, 'call')
  expect(found.map(({ id }) => id)).toEqual(recorded.map(({ id }) => id))
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

/** A disk whose operations the test can make fail. */
function faultyDisk() {
  const fault = { write: false, sync: false, truncate: false, free: Number.POSITIVE_INFINITY, half: false }
  const written: string[] = []
  const disk: Disk = {
    ...nodeDisk,
    free: async (directory) => Math.min(fault.free, await nodeDisk.free(directory)),
    async create(path) {
      const file = await nodeDisk.create(path)
      written.push(path)
      const faulty: DiskFile = {
        ...file,
        async append(bytes) {
          if (fault.half) await file.append(bytes.subarray(0, bytes.length >> 1))
          if (fault.write || fault.half)
            throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
          await file.append(bytes)
        },
        async sync() {
          if (fault.sync) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
          await file.sync()
        },
        async truncate(size) {
          if (fault.truncate) throw new Error('EIO')
          await file.truncate(size)
        },
      }
      return faulty
    },
  }
  return { disk, fault, written }
}

test.each(['write', 'sync', 'half', 'free'] as const)(
  'if writing the fallback file also fails (%s), callers are denied and no event is confirmed, until it works again',
  async (kind) => {
    const database = await databaseForTest()
    const directory = await directoryForTest()
    const { disk, fault } = faultyDisk()
    const writer = await openWriterWithFallback(database.runtimeUrl, {
      directory,
      disk,
      limits: { minimumFree: 1_000 },
      writer: { limits: { deadline: 1_000 } },
    })
    const [first] = await recordDuringOutage(writer, 1)
    function set(on: boolean) {
      Object.assign(fault, kind === 'free' ? { free: on ? 999 : Number.POSITIVE_INFINITY } : { [kind]: on })
    }
    set(true)
    await expect(writer.record({ kind: 'intent', request: 'refused' })).rejects.toEqual(unavailable)
    await expect(writer.record({ kind: 'call' })).rejects.toEqual(unavailable)
    expect(writer.fallback.stats()).toMatchObject({ usingFile: true, usable: false })
    expect(writer.stats().available).toBe(false)
    set(false)
    await expect.poll(() => writer.stats().available).toBe(true)
    const later = await writer.record({ kind: 'intent', request: 'later' })
    writer.startDatabase()
    await waitForReturn(writer)
    const intents = await eventsOf(database, 'intent')
    expect(intents.map(({ id }) => id)).toEqual(expect.arrayContaining([first?.id, later.id]))
    const refused = intents.find(({ request }) => request === 'refused')
    expect(await eventsOf(database, 'refused')).toMatchObject([
      { of: refused?.id, decision: { rule: 'audit-unavailable' } },
    ])
    expect(writer.alarms).toEqual([])
    await writer.end()
    expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 1 })
  },
)

test('after a failed fsync the file is never written to again', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { disk, fault, written } = faultyDisk()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, disk })
  await recordDuringOutage(writer, 2)
  const [name = ''] = await namesIn(directory)
  fault.sync = true
  const recording = writer.record({ kind: 'call' })
  await expect.poll(() => writer.fallback.stats().usable).toBe(false)
  const { size } = await stat(join(directory, name))
  fault.sync = false
  await recording
  expect((await stat(join(directory, name))).size).toBe(size)
  expect(written.length).toBeGreaterThan(2)
  expect(await namesIn(directory)).toHaveLength(2)
  writer.startDatabase()
  await waitForReturn(writer)
  await writer.end()
  expect(await eventsOf(database, 'call')).toHaveLength(1)
  expect(writer.alarms).toEqual([])
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('a partly written batch that cannot be removed is not confirmed, and the file is left as it is', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { disk, fault } = faultyDisk()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, disk })
  await recordDuringOutage(writer, 2)
  Object.assign(fault, { half: true, truncate: true })
  const recording = writer.record({ kind: 'call' })
  await expect.poll(() => writer.fallback.stats().usable).toBe(false)
  Object.assign(fault, { half: false, truncate: false })
  const { id } = await recording
  writer.startDatabase()
  await expect.poll(() => writer.fallback.stats().usingFile).toBe(false)
  expect((await eventsOf(database, 'call')).map((event) => event.id)).toEqual([id])
  expect(writer.alarms).toMatchObject([{ close: expect.stringContaining('incomplete line') }])
})

test.each<[string, (path: string) => Promise<unknown>]>([
  ['removed', (path) => unlink(path)],
  ['replaced', (path) => unlink(path).then(() => writeFile(path, 'planted\n', { mode: 0o600 }))],
  ['moved away and back', (path) => rename(path, `${path}.x`).then(() => rename(`${path}.x`, path))],
  ['added to', (path) => appendFile(path, 'x\n')],
])('a file that is %s during writes is detected, and no confirmed event is lost', async (_, meddle) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const away = await recordDuringOutage(writer, 5)
  const [name = ''] = await namesIn(directory)
  await meddle(join(directory, name))
  const after = await writer.record({ kind: 'call' })
  writer.startDatabase()
  await expect.poll(() => writer.fallback.stats().usingFile).toBe(false)
  expect((await eventsOf(database, 'intent')).map(({ id }) => id)).toEqual(away.map(({ id }) => id))
  expect(await eventsOf(database, 'call')).toMatchObject([{ id: after.id }])
  await writer.end()
  expect(await checkChain(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('no file is removed before its events are in the database and the import is recorded', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { stream } = await leaveFile(database, directory)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const proxied = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const failing = await openFallback({
    directory,
    keys: testKeys,
    primary: proxied.fallback.store,
    importer: {
      importFile: async () => Promise.reject(new Error('connection reset')),
      ping: async () => {},
      findLive: async () => new Set(),
      lastSeq: async () => 0,
      close: async () => {},
    },
  })
  await expect(failing.importFiles(next.record)).resolves.toBeUndefined()
  expect(failing.stats().failingFiles).toBe(1)
  expect(await namesIn(directory)).toEqual([expect.stringContaining(stream)])
  const last = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await namesIn(directory)).toEqual([])
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
  expect(last.alarms).toEqual([])
})

test('after an idle outage the writer accepts calls at once', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  let elapsed = 0
  const writer = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    writer: { elapsed: () => elapsed, limits: { renewEvery: 10 } },
  })
  writer.stopDatabase()
  await expect.poll(() => writer.fallback.stats().usingFile).toBe(true)
  for (let step = 0; step < 20; step++) {
    elapsed += 10_000
    await expect.poll(() => writer.stats().available).toBe(true)
  }
  await writer.record({ kind: 'call' })
  expect(await namesIn(directory)).toHaveLength(1)
})

test.each<[string, (directory: string) => Promise<unknown>]>([
  ['that other users can read', (directory) => mkdir(directory).then(() => chmod(directory, 0o755))],
  ['that is a link', async (directory) => symlink('/tmp', directory)],
  ['that is a file', (directory) => writeFile(directory, '')],
])('a directory %s is refused at the start', async (_, prepare) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  await prepare(directory)
  await expect(openWriterWithFallback(database.runtimeUrl, { directory })).rejects.toMatchObject({
    code: 'RGW_AUDIT_FALLBACK_DIRECTORY_UNFIT',
    message: expect.stringContaining('AUDIT_FALLBACK_DIR'),
  })
  const left = await readdir(directory).catch(() => [])
  expect(left.filter((name) => name.startsWith('.probe.'))).toEqual([])
})

test('an older key still verifies its files', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(database, directory)
  await openWriterWithFallback(database.runtimeUrl, { directory, keys: [Buffer.alloc(32, 2), ...testKeys] })
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
})
