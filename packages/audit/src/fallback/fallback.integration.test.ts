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
import { createPostgresAdoptions } from '../adoption/postgres-adoptions.ts'
import { genesis, linkHash } from '../chain.ts'
import { makeCheckpoint } from '../checkpoints/round.ts'
import { signingKeyOf } from '../checkpoints/signing-key.ts'
import type { AuditEvent } from '../event.ts'
import { columnTexts } from '../event-columns.ts'
import { RecordedEvent } from '../recorded-event.ts'
import { chainVerdict, databaseForTest } from '../testing/database.ts'
import { directoryForTest, openWriterWithFallback, testKeys } from '../testing/fallback.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { openFallbackDirectory } from './directory.ts'
import { type Disk, type DiskFile, nodeDisk } from './disk.ts'
import { openFallback } from './fallback.ts'
import { beginFile } from './growing-file.ts'
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

/** Records while the database is away. */
async function recordAway(writer: Awaited<ReturnType<typeof openWriterWithFallback>>, count: number) {
  writer.takeDatabase()
  return await Promise.all(
    Array.from({ length: count }, (_, index) => writer.record({ kind: 'intent', request: `away${index}`, app: 'web' })),
  )
}

async function back({ fallback }: { fallback: { stats(): { away: boolean; bytes: number } } }) {
  await expect.poll(() => fallback.stats()).toMatchObject({ away: false, bytes: 0 })
}

/** A process that recorded into its file and was then gone, whose file is as it left it. */
async function leaveFile(database: TestDatabase, directory: string, count = 5) {
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  await recordAway(gone, count)
  await gone.end()
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const [name = ''] = await namesIn(directory)
  return { stream, name, path: join(directory, name) }
}

test('while the database is away records go to a file with the same stream, numbers and hashes; when it is back, into the database', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await writer.record({ kind: 'call' })
  const away = await recordAway(writer, 50)
  const more = await writer.record({ kind: 'outcome', of: away[0]?.id ?? '' })
  expect(more.event).toMatchObject({ stream, seq: 53 })
  expect(writer.fallback.stats()).toMatchObject({ away: true, usable: true })
  expect(writer.stats().available).toBe(true)

  const [name = '', ...others] = await namesIn(directory)
  expect(others).toEqual([])
  expect(name).toMatch(new RegExp(`^${stream}\\.000000000003\\.\\d{13}\\.ndjson$`))
  const path = join(directory, name)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1)
  expect(lines.map((line) => line.split(' ')[1])).toEqual([...away, more].map(({ hash }) => hash.toString('hex')))

  writer.giveDatabase()
  await back(writer)
  const last = await writer.record({ kind: 'call' })
  expect(last.event.stream).toBe(stream)
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toHaveLength(1)
  expect(await eventsOf(database, 'stream.recovered')).toMatchObject([{ detail: { stream, from: 3, seq: 53 } }])
  await expect.poll(() => namesIn(directory)).toEqual([])
  expect(writer.states).toEqual(['away', 'back'])
  await writer.end()
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('what came from a file is found by the same columns as what came at once', async () => {
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
    decision: { effect: 'allow' as const, rule: 'role:ops' },
    status: 200,
    of: '01890000-0000-7000-8000-000000000000',
  }
  const direct = await writer.record(draft)
  writer.takeDatabase()
  const away = await writer.record(draft)
  writer.giveDatabase()
  await back(writer)
  const rows =
    await database.runtime`select kind, request, of_event, principal, principal_name, address, rack, app, route,
    permission, effect, rule, status, process, command from audit.events where id in ${database.runtime([direct.id, away.id])}`
  expect(rows).toHaveLength(2)
  expect(rows[0]).toEqual(rows[1])
})

test('a commit whose answer was lost is compared, not inserted again', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  writer.proxy.set('mute')
  const recorded = await writer.record({ kind: 'intent' })
  await expect.poll(() => eventsOf(database, 'intent')).toHaveLength(1)
  writer.takeDatabase()
  writer.giveDatabase()
  await back(writer)
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toMatchObject([{ detail: { inserted: 0 } }])
  expect(await eventsOf(database, 'intent')).toMatchObject([{ id: recorded.id }])
  await writer.end()
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('a difference stops the stream: the file is kept, an alarm says why, and the writer begins another', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordAway(writer, 3)
  const forged = { stream, seq: 2, at: new Date(), id: stream, kind: 'call', canonical: '{}' }
  await database.runtime`insert into audit.events ${database.runtime({ ...forged, prev: Buffer.alloc(32), hash: Buffer.alloc(32) })}`
  writer.giveDatabase()
  await expect.poll(() => writer.fallback.stats()).toMatchObject({ away: false, refusedFiles: 1 })
  expect(writer.alarms).toMatchObject([
    { kind: 'stream.not-recovered', close: expect.stringContaining('something else') },
  ])
  await expect.poll(async () => (await writer.record({ kind: 'call' })).event.stream).not.toBe(stream)
  expect(await eventsOf(database, 'stream.not-recovered')).toMatchObject([{ detail: { stream } }])
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  expect(await eventsOf(database, 'intent')).toEqual([])
})

test('what a process left behind is imported by the next one, before its stream is adopted', async () => {
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
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

test('several processes that find the same files at once leave each event in the log once', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(database, directory, 1_200)
  const others = await Promise.all(
    Array.from({ length: 4 }, () => openWriterWithFallback(database.runtimeUrl, { directory })),
  )
  await Promise.all(others.map(({ fallback, record }) => fallback.look(record)))
  expect(await namesIn(directory)).toEqual([])
  expect(await eventsOf(database, 'intent')).toHaveLength(1_200)
  expect(others.flatMap(({ alarms }) => alarms)).toEqual([])
  await Promise.all(others.map(({ end }) => end()))
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 5 })
})

test('a process that is alive is not disturbed: its file is its own', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const alive = await openWriterWithFallback(database.runtimeUrl, { directory })
  await recordAway(alive, 3)
  const [name] = await namesIn(directory)
  const other = await openWriterWithFallback(database.runtimeUrl, { directory })
  await other.fallback.look(other.record)
  expect(await namesIn(directory)).toEqual([name])
})

test('a file that somebody imports while its writer goes on costs nothing that was promised', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const cutOff = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = cutOff.stream()
  await recordAway(cutOff, 3)
  const other = await openWriterWithFallback(database.runtimeUrl, { directory })
  const promised: string[] = []
  for (let round = 0; round < 6; round++) {
    await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
    const [recorded] = await Promise.all([cutOff.record({ kind: 'call' }), other.fallback.look(other.record)])
    promised.push(recorded.id)
  }
  cutOff.giveDatabase()
  await back(cutOff)
  expect((await eventsOf(database, 'call')).map(({ id }) => id)).toEqual(promised)
  await Promise.all([cutOff.end(), other.end()])
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('a torn last line was never promised: what stands before goes in, the file is kept, and an alarm says so', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { path } = await leaveFile(database, directory, 4)
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.slice(0, -10))
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'intent')).toHaveLength(4)
  expect(await eventsOf(database, 'stream.not-recovered')).toMatchObject([
    { close: expect.stringContaining('no whole line') },
  ])
  expect(next.alarms).toHaveLength(1)
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  await next.end()
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
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
  ['a signature of somebody else', (text) => text.replace(/^[0-9a-f]{8}/gm, '00000000'), 0],
])('a file with %s is never taken for whole', async (_, edit, survive) => {
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
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('one damaged byte in the file of a process that lives does not keep it from its database: it begins another stream', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordAway(writer, 1)
  for (const request of ['kept', 'hurt', 'lost']) await writer.record({ kind: 'intent', request })
  const [name = ''] = await namesIn(directory)
  const path = join(directory, name)
  await writeFile(path, (await readFile(path, 'utf8')).replace(',"request":"hurt"', '~"request":"hurt"'))
  writer.giveDatabase()
  await expect.poll(() => writer.fallback.stats()).toMatchObject({ away: false, refusedFiles: 1 })
  await expect.poll(async () => (await writer.record({ kind: 'call' })).event.stream).not.toBe(stream)
  expect(await eventsOf(database, 'intent')).toHaveLength(2)
  expect(writer.alarms).toMatchObject([{ kind: 'stream.not-recovered', detail: { stream } }])
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('a file whose import fails keeps neither others out nor a process from its database', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { stream } = await leaveFile(database, directory)
  const other = await leaveFile(database, await directoryForTest())
  await rename(other.path, join(directory, other.name))
  const importer = createPostgresImporter({ url: database.runtimeUrl })
  let fails = true
  const next = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    importer: {
      ...importer,
      async take(reader) {
        if (fails && reader.header?.id === stream) throw new Error('the file can not be read')
        return await importer.take(reader)
      },
    },
  })
  expect(next.fallback.stats()).toMatchObject({ failingFiles: 1, refusedFiles: 0 })
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
  await recordAway(next, 2)
  next.giveDatabase()
  await expect.poll(() => next.fallback.stats().away).toBe(false)
  fails = false
  // A look that began before is still about the failure.
  await expect
    .poll(async () => {
      await next.fallback.look(next.record)
      return next.fallback.stats()
    })
    .toMatchObject({ failingFiles: 0, refusedFiles: 0 })
  expect(await eventsOf(database, 'intent')).toHaveLength(12)
})

/** A file that holds a stream of that month from its first event on. */
async function leaveOldFile(directory: string, month: number): Promise<string> {
  const id = '01890000-0000-7000-8000-000000000001'
  const at = new Date(month + 1_000).toISOString()
  const canonical = JSON.stringify({ at, id, kind: 'stream.opened', seq: 1, stream: id, v: 1 })
  const event: AuditEvent = JSON.parse(canonical)
  const place = { id, stream: id, seq: 1, moment: month + 1_000, at }
  const recorded = new RecordedEvent(place, columnTexts(event), canonical, genesis, linkHash(genesis, canonical))
  await openFallbackDirectory(directory, nodeDisk)
  const header = { id, month, host: 'test', pid: 1 }
  const options = { disk: nodeDisk, directory, keys: testKeys, minimumFree: 1, header, now: month }
  await (await beginFile(options, [recorded])).close()
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
])('a file whose month %s is set aside, and said to be so once', async (_, months, prepare) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const month = monthAgo(months)
  const stream = await leaveOldFile(directory, month)
  await prepare(database, stream, month)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms).toMatchObject([
    { kind: 'stream.not-recovered', close: expect.stringContaining('no room for its month') },
  ])
  expect(next.fallback.stats()).toMatchObject({ failingFiles: 0, refusedFiles: 1 })
  expect(await namesIn(directory)).toEqual([expect.stringMatching(/\.refused$/)])
  await next.fallback.look(next.record)
  expect(next.alarms).toHaveLength(1)
})

test('what comes in after its tree was settled is signed by the next checkpoint', async () => {
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
  ['a second name of a file', (path, directory) => link(path, join(directory, 'second'))],
  ['a directory', (path) => unlink(path).then(() => mkdir(path))],
  ['a file that others may write', (path) => chmod(path, 0o666)],
  ['a copy under the name of another stream', (path) => rename(path, path.replace(/audit\/.{8}/, 'audit/00000000'))],
])('%s is not followed and not read', async (_, prepare) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { path } = await leaveFile(database, directory)
  await prepare(path, directory)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'intent')).toEqual([])
  expect(next.alarms).toMatchObject([{ kind: 'stream.not-recovered' }])
  expect((await namesIn(directory)).filter((name) => name.endsWith('.refused'))).toHaveLength(1)
})

test('a file of a stream that the log does not know is not taken, unless it is there from its first event', async () => {
  const database = await databaseForTest()
  const other = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(other, directory)
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms).toMatchObject([{ close: expect.stringContaining('does not know its stream') }])
  expect(await eventsOf(database, 'intent')).toEqual([])
})

test('a file before which events are missing is not taken', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, limits: { fileSize: 1 } })
  const stream = writer.stream()
  await recordAway(writer, 2)
  await writer.record({ kind: 'call' })
  await writer.end()
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const [first = ''] = await namesIn(directory)
  await unlink(join(directory, first))
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(next.alarms[0]?.close).toContain('the log has its stream up to event 1, and the file begins with 4')
  expect(await eventsOf(database, 'intent', 'call')).toEqual([])
})

test('a month that ends while the database is away loses nothing: a stream is begun in a file, and known from its first event', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const now = new Date()
  const time = { now: Date.now() }
  const writer = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    writer: { clock: { now: () => time.now } },
  })
  const before = writer.stream()
  await recordAway(writer, 3)
  time.now = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  const after = await writer.record({ kind: 'call' })
  expect(after.event.stream).not.toBe(before)
  writer.giveDatabase()
  await back(writer)
  await writer.record({ kind: 'call' })
  expect(writer.stream()).toBe(after.event.stream)
  await writer.end()
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 2 })
  const rows =
    await database.runtime`select id, follows, closed_at is not null as closed from audit.streams order by month`
  expect(rows).toEqual([
    { id: before, follows: null, closed: true },
    { id: after.event.stream, follows: before, closed: true },
  ])
})

test('a stream that was adopted while its writer recorded into its file: the late events follow, told apart, and it begins another', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = writer.stream()
  await recordAway(writer, 3)
  const adopter = '01890000-0000-7000-8000-000000000000'
  await database.admin`update audit.streams set adopted_by = ${adopter}, accounted_seq = 1, accounted_at = now() where id = ${stream}`
  writer.giveDatabase()
  await expect.poll(() => eventsOf(database, 'stream.recovered')).toHaveLength(1)
  const [recovered] = await eventsOf(database, 'stream.recovered')
  expect(recovered).toMatchObject({ detail: { stream, from: 2, inserted: 3, adoptedBy: adopter } })
  expect(recovered?.stream).not.toBe(stream)
  expect(await eventsOf(database, 'intent')).toHaveLength(3)
  const [row] = await database.runtime`select accounted_seq, accounted_at from audit.streams where id = ${stream}`
  expect(row).toEqual({ accounted_seq: '1', accounted_at: null })
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

function adopterBeside(database: TestDatabase, writer: Awaited<ReturnType<typeof openWriterWithFallback>>) {
  const adoptions = createPostgresAdoptions({ url: database.runtimeUrl })
  onTestFinished(() => adoptions.close())
  return createAdopter({ adoptions, writer, before: () => writer.fallback.look(writer.record) })
}

test('a stream is adopted while its file is on another disk: what comes in later is accounted for, too, and said once', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  const early = await gone.record({ kind: 'intent', request: 'early' })
  const open = await recordAway(gone, 3)
  await gone.record({ kind: 'outcome', of: early.id })
  await gone.record({ kind: 'outcome', of: open[0]?.id ?? '' })
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`

  const replica = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const adopter = adopterBeside(database, replica)
  await adopter.look()
  expect(await eventsOf(database, 'stream.abandoned')).toMatchObject([{ detail: { stream, seq: 2, fallback: true } }])
  expect(await eventsOf(database, 'outcome.unknown')).toMatchObject([{ of: early.id }])

  await gone.end()
  await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await eventsOf(database, 'stream.recovered')).toMatchObject([
    { detail: { stream, adoptedBy: replica.stream() } },
  ])
  await Promise.all([adopter.look(), adopter.look()])
  await adopter.look()
  expect((await eventsOf(database, 'outcome.unknown')).map(({ of }) => of)).toEqual([
    early.id,
    open[1]?.id,
    open[2]?.id,
  ])
  expect(await eventsOf(database, 'stream.abandoned')).toHaveLength(1)
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('a stream whose file is in the directory is adopted only with what the file says of it', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const gone = await openWriterWithFallback(database.runtimeUrl, { directory })
  const stream = gone.stream()
  const begun = await gone.record({ kind: 'intent' })
  gone.takeDatabase()
  await gone.record({ kind: 'outcome', of: begun.id })
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const next = await openWriterWithFallback(database.runtimeUrl, { directory })
  await adopterBeside(database, next).look()
  expect(await eventsOf(database, 'stream.abandoned')).toMatchObject([{ detail: { stream, seq: 3 } }])
  expect(await eventsOf(database, 'outcome.unknown')).toEqual([])
})

test('an adoption that the database goes away from is not continued in a file: its stream is left, and others go on', async () => {
  const database = await databaseForTest()
  const lost = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const open = await Promise.all(Array.from({ length: 5 }, () => lost.record({ kind: 'intent' })))
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${lost.stream()}`
  const first = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  const stream = first.stream()
  const adoptions = createPostgresAdoptions({ url: database.runtimeUrl, page: 2 })
  onTestFinished(() => adoptions.close())
  const cutOff = createAdopter({
    adoptions: {
      ...adoptions,
      async openCalls(...given) {
        const found = await adoptions.openCalls(...given)
        if (given[1] > 0) first.takeDatabase()
        return found
      },
    },
    writer: first,
  })
  await expect(cutOff.look()).rejects.toMatchObject({ code: 'RGW_STREAM_LOST' })
  const away = await first.record({ kind: 'call' })
  expect(away.event.stream).not.toBe(stream)
  await database.admin`update audit.streams set lease_until = now() - interval '1 minute' where id = ${stream}`
  const second = await openWriterWithFallback(database.runtimeUrl, { directory: await directoryForTest() })
  await adopterBeside(database, second).look()
  first.giveDatabase()
  await back(first)
  const unknown = (await eventsOf(database, 'outcome.unknown')).map(({ of }) => of)
  expect(unknown.sort()).toEqual(open.map(({ id }) => id).sort())
  expect(await eventsOf(database, 'call')).toMatchObject([{ id: away.id }])
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true })
})

test('two replicas on one directory go through an outage, each with its own files', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const replicas = [
    await openWriterWithFallback(database.runtimeUrl, { directory }),
    await openWriterWithFallback(database.runtimeUrl, { directory }),
  ]
  const promised = (await Promise.all(replicas.map((replica) => recordAway(replica, 200)))).flat()
  expect(await namesIn(directory)).toHaveLength(2)
  for (const { giveDatabase } of replicas) giveDatabase()
  await expect.poll(() => replicas.map(({ fallback }) => fallback.stats().away)).toEqual([false, false])
  await Promise.all(replicas.map(({ end }) => end()))
  const found = new Set((await eventsOf(database, 'intent')).map(({ id }) => id))
  expect(promised.filter(({ id }) => !found.has(id))).toEqual([])
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

test('a clock that jumps while the database is away, forward over a month and far back, loses and reorders nothing', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const day = 86_400_000
  const time = { now: Date.now() }
  const clock = { now: () => time.now }
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, now: clock.now, writer: { clock } })
  writer.takeDatabase()
  const recorded = []
  for (const jump of [0, 1, -1, 40 * day, -400 * day, 5, 41 * day]) {
    time.now = Date.now() + jump
    recorded.push(await writer.record({ kind: 'call' }))
  }
  time.now = Date.now()
  writer.giveDatabase()
  await back(writer)
  await writer.end()
  const found = await eventsOf(database, 'call')
  expect(found.map(({ id }) => id)).toEqual(recorded.map(({ id }) => id))
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 2 })
})

/** A disk that does what it is told to. */
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
  'when the file fails, too (%s), callers are refused and nothing is promised; when it works again, so do they',
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
    const [first] = await recordAway(writer, 1)
    function set(on: boolean) {
      Object.assign(fault, kind === 'free' ? { free: on ? 999 : Number.POSITIVE_INFINITY } : { [kind]: on })
    }
    set(true)
    await expect(writer.record({ kind: 'intent', request: 'refused' })).rejects.toEqual(unavailable)
    await expect(writer.record({ kind: 'call' })).rejects.toEqual(unavailable)
    expect(writer.fallback.stats()).toMatchObject({ away: true, usable: false })
    expect(writer.stats().available).toBe(false)
    set(false)
    await expect.poll(() => writer.stats().available).toBe(true)
    const later = await writer.record({ kind: 'intent', request: 'later' })
    writer.giveDatabase()
    await back(writer)
    const intents = await eventsOf(database, 'intent')
    expect(intents.map(({ id }) => id)).toEqual(expect.arrayContaining([first?.id, later.id]))
    const refused = intents.find(({ request }) => request === 'refused')
    expect(await eventsOf(database, 'refused')).toMatchObject([
      { of: refused?.id, decision: { rule: 'audit-unavailable' } },
    ])
    expect(writer.alarms).toEqual([])
    await writer.end()
    expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 1 })
  },
)

test('after an fsync that failed its file is never written to again', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { disk, fault, written } = faultyDisk()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, disk })
  await recordAway(writer, 2)
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
  writer.giveDatabase()
  await back(writer)
  await writer.end()
  expect(await eventsOf(database, 'call')).toHaveLength(1)
  expect(writer.alarms).toEqual([])
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('half a batch that could not be taken back is not promised, and the file is left as it is', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const { disk, fault } = faultyDisk()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory, disk })
  await recordAway(writer, 2)
  Object.assign(fault, { half: true, truncate: true })
  const recording = writer.record({ kind: 'call' })
  await expect.poll(() => writer.fallback.stats().usable).toBe(false)
  Object.assign(fault, { half: false, truncate: false })
  const { id } = await recording
  writer.giveDatabase()
  await expect.poll(() => writer.fallback.stats().away).toBe(false)
  expect((await eventsOf(database, 'call')).map((event) => event.id)).toEqual([id])
  expect(writer.alarms).toMatchObject([{ close: expect.stringContaining('no whole line') }])
})

test.each<[string, (path: string) => Promise<unknown>]>([
  ['removed', (path) => unlink(path)],
  ['replaced', (path) => unlink(path).then(() => writeFile(path, 'planted\n', { mode: 0o600 }))],
  ['moved away and back', (path) => rename(path, `${path}.x`).then(() => rename(`${path}.x`, path))],
  ['added to', (path) => appendFile(path, 'x\n')],
])('a file that is %s under its writer is noticed, and nothing that was promised is lost', async (_, meddle) => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  const writer = await openWriterWithFallback(database.runtimeUrl, { directory })
  const away = await recordAway(writer, 5)
  const [name = ''] = await namesIn(directory)
  await meddle(join(directory, name))
  const after = await writer.record({ kind: 'call' })
  writer.giveDatabase()
  await expect.poll(() => writer.fallback.stats().away).toBe(false)
  expect((await eventsOf(database, 'intent')).map(({ id }) => id)).toEqual(away.map(({ id }) => id))
  expect(await eventsOf(database, 'call')).toMatchObject([{ id: after.id }])
  await writer.end()
  expect(await chainVerdict(database.runtime)).toMatchObject({ intact: true, streams: 1 })
})

test('nothing is removed before it is in the database and that is on record', async () => {
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
      take: async () => Promise.reject(new Error('connection reset')),
      ping: async () => {},
      alive: async () => new Set(),
      lastSeq: async () => 0,
      close: async () => {},
    },
  })
  await expect(failing.look(next.record)).resolves.toBeUndefined()
  expect(failing.stats().failingFiles).toBe(1)
  expect(await namesIn(directory)).toEqual([expect.stringContaining(stream)])
  const last = await openWriterWithFallback(database.runtimeUrl, { directory })
  expect(await namesIn(directory)).toEqual([])
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
  expect(last.alarms).toEqual([])
})

test('idle through an outage, the writer takes calls at once: its lease is not what stands in the way', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  let elapsed = 0
  const writer = await openWriterWithFallback(database.runtimeUrl, {
    directory,
    writer: { elapsed: () => elapsed, limits: { renewEvery: 10 } },
  })
  writer.takeDatabase()
  await expect.poll(() => writer.fallback.stats().away).toBe(true)
  for (let step = 0; step < 20; step++) {
    elapsed += 10_000
    await expect.poll(() => writer.stats().available).toBe(true)
  }
  await writer.record({ kind: 'call' })
  expect(await namesIn(directory)).toHaveLength(1)
})

test.each<[string, (directory: string) => Promise<unknown>]>([
  ['that others may look into', (directory) => mkdir(directory).then(() => chmod(directory, 0o755))],
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

test('an older key still proves what was written by it', async () => {
  const database = await databaseForTest()
  const directory = await directoryForTest()
  await leaveFile(database, directory)
  await openWriterWithFallback(database.runtimeUrl, { directory, keys: [Buffer.alloc(32, 2), ...testKeys] })
  expect(await eventsOf(database, 'intent')).toHaveLength(5)
})
