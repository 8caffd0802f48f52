import { type OnEnd, sharedFixture } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { Month } from '../months/month.ts'
import { type Manifest, readManifest, signManifest } from '../signed-notes/manifest.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { tamper, withRollback } from '../testing/database.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { dropMonth } from './drop-month.ts'
import { monthAgo, pastLog } from './testing/past-log.ts'
import { memoryStore } from './testing/stores.ts'

const trust = { pinned: null, checkpoints: null }
const old = monthAgo(15)
const table = (month: Month) => `audit.events_${month.replace('-', '_')}`

/** A signed old month. */
async function oldMonth(onEnd: OnEnd = onTestFinished) {
  const log = await pastLog(onEnd)
  const { stream, ids } = await log.write(old, 10)
  await log.sign()
  return { ...log, stream, ids, store: memoryStore() }
}

/** Like `oldMonth`, archived but not dropped. */
async function archivedMonth(onEnd: OnEnd = onTestFinished) {
  const log = await oldMonth(onEnd)
  await log.retain(log.store, { drop: 'keep' })
  const manifest = readManifest(String(log.store.objects.get(`${old}/manifest.note`)))
  if (manifest === null) throw new Error('there is no manifest')
  return { ...log, manifest }
}

/** For tests that roll back their changes. */
const sharedMonth = sharedFixture(archivedMonth)

const tamperings: readonly [string, (stream: string) => string][] = [
  [
    'an event is edited',
    (stream) =>
      `UPDATE audit.events SET canonical = replace(canonical, '"web"', '"api"') WHERE stream = '${stream}' AND seq = 4`,
  ],
  ['an event is removed', (stream) => `DELETE FROM audit.events WHERE stream = '${stream}' AND seq = 4`],
  ['the end is removed', (stream) => `DELETE FROM audit.events WHERE stream = '${stream}' AND seq > 8`],
  [
    'an event is added',
    (stream) => `INSERT INTO audit.events (stream, seq, at, id, kind, canonical, prev, hash)
     SELECT stream, 13, at, id, kind, canonical, prev, hash FROM audit.events WHERE stream = '${stream}' AND seq = 12`,
  ],
  [
    'a stream is added that nobody signed',
    (stream) => `INSERT INTO audit.events (stream, seq, at, id, kind, canonical, prev, hash)
     SELECT gen_random_uuid(), 1, at, id, kind, canonical, prev, hash FROM audit.events WHERE stream = '${stream}' AND seq = 1`,
  ],
]

/** One signed month per kind of tampering, oldest first. */
async function monthsToTamperWith() {
  const log = await pastLog()
  const months = []
  for (const [index, [title, tampering]] of tamperings.entries()) {
    const month = monthAgo(14 + tamperings.length - index)
    months.push({ title, tampering, month, ...(await log.write(month, 10)) })
  }
  await log.sign()
  return { ...log, months, store: memoryStore() }
}

test('a month that was tampered with is not archived', async () => {
  const { months, admin, retain, store } = await monthsToTamperWith()
  for (const { tampering, stream } of months) await tamper(admin, tampering(stream))
  expect(await retain(store)).toMatchObject(
    months.map(({ month }) => ({
      month,
      kind: 'refused',
      because: expect.stringContaining(`${month} was changed after it was recorded`),
    })),
  )
  expect(store.objects.size).toBe(0)
})

test('a month that was tampered with after it was archived is not dropped', async () => {
  const { months, admin, owner, retain, store, partitions } = await monthsToTamperWith()
  await retain(store, { drop: 'keep' })
  for (const { tampering, stream } of months) await tamper(admin, tampering(stream))
  expect(await retain(store)).toMatchObject(months.map(({ month }) => ({ month, kind: 'refused', due: true })))
  for (const { title, month } of months) {
    const manifest = readManifest(String(store.objects.get(`${month}/manifest.note`)))
    if (manifest === null) throw new Error('there is no manifest')
    await expect(dropMonth(owner, manifest), title).rejects.toThrow(/changed after it was archived/)
  }
  expect(await partitions()).toEqual(expect.arrayContaining(months.map(({ month }) => month)))
})

test('a month that is changed between verification and drop is not dropped', async () => {
  const log = await archivedMonth()
  const record = async ({ kind }: { readonly kind: string }) => {
    if (kind === 'audit.dropping')
      await tamper(log.admin, `UPDATE audit.events SET canonical = '{}' WHERE stream = '${log.stream}' AND seq = 4`)
    return { id: 'x' }
  }
  expect(await log.retain(log.store, { record })).toMatchObject([
    { kind: 'refused', because: expect.stringContaining('changed after it was archived, so it was not dropped') },
  ])
  expect(await log.partitions()).toContain(old)
})

test('a month with an open or not fully adopted stream stays', async () => {
  const log = await pastLog()
  const [lastMonth, store] = [monthAgo(1), memoryStore()]
  const { stream } = await log.write(lastMonth, 3, 'open')
  await log.sign()
  const open = (because: string) => [
    { month: lastMonth, kind: 'open', due: false, because: expect.stringContaining(because) },
  ]
  expect(await log.retain(store)).toEqual(open(`stream ${stream} of process 1 on test is still being written`))
  await log.admin`update audit.streams set lease_until = now() - interval '1 hour'`
  expect(await log.retain(store)).toEqual(open('was never closed'))
  await log.admin`update audit.streams set adopted_by = gen_random_uuid()`
  expect(await log.retain(store)).toEqual(open('not all of its calls have an outcome yet'))
  await log.admin`update audit.streams set accounted_at = now()`
  expect(await log.retain(store)).toEqual(open('when the next month is over'))
  expect(store.objects.size).toBe(0)
})

test('a closed stream must be signed to its end before its month is dropped', async () => {
  const log = await pastLog()
  const store = memoryStore()
  await log.sign()
  await log.write(old, 3)
  expect(await log.retain(store)).toMatchObject([
    { kind: 'refused', because: expect.stringContaining('no checkpoint has signed') },
  ])
  await log.sign()
  expect(await log.retain(store)).toMatchObject([{ kind: 'dropped', events: 5 }])
})

test('the stream of a dead process is archived once it is adopted, accounted for, and finally signed', async () => {
  const log = await pastLog()
  const { stream } = await log.write(old, 3, 'open')
  await log.admin`
    update audit.streams set lease_until = now() - interval '1 hour', adopted_by = gen_random_uuid(), accounted_at = now()
    where id = ${stream}`
  await log.sign()
  expect(await log.retain(memoryStore())).toMatchObject([{ kind: 'dropped', events: 4 }])
  expect(await verifyDatabase(log.runtime, trust)).toMatchObject({
    intact: true,
    archived: [{ month: old, events: 4 }],
  })
})

test('the settled column, which the runtime login can write, is not trusted', async () => {
  const log = await pastLog()
  const { stream } = await log.write(old, 3)
  await log.sign()
  await log.runtime`update audit.trees set size = 2, settled = true where stream = ${stream}`
  expect(await log.retain(memoryStore())).toMatchObject([{ kind: 'dropped', events: 5 }])
})

test('without a checkpoint or the current signing key, no month is archived', async () => {
  const log = await pastLog()
  await log.write(old, 3)
  await expect(log.retain(memoryStore())).rejects.toThrow(/no checkpoint yet/)
  await log.sign()
  const other = signingKeyOf(Buffer.alloc(32, 9))
  await expect(log.retain(memoryStore(), { keys: [other] })).rejects.toThrow(/does not have the current signing key/)
  await expect(log.retain(memoryStore(), { keep: 1 })).rejects.toThrow(/two past months always stay/)
})

test('--before limits the months', async () => {
  const log = await oldMonth()
  expect(await log.retain(log.store, { before: old })).toEqual([])
  expect(log.store.objects.size).toBe(0)
})

test('a month is archived under one key and dropped under the next, which the first one signed', async () => {
  const [first, second] = [signingKeyOf(Buffer.alloc(32, 1)), signingKeyOf(Buffer.alloc(32, 2))]
  const log = await oldMonth()
  await log.sign([second, first])
  expect(await log.retain(log.store, { keys: [second, first] })).toMatchObject([{ kind: 'dropped' }])
  const both = await verifyDatabase(log.runtime, { pinned: second.publicKey, checkpoints: null })
  expect(both).toMatchObject({ intact: true, trust: 'pinned', archived: [{ month: old }] })
})

test('a month from before an unsigned key change is refused', async () => {
  const log = await oldMonth()
  const second = [signingKeyOf(Buffer.alloc(32, 2))] as const
  await log.sign(second)
  expect(await log.retain(log.store, { keys: second })).toMatchObject([
    { kind: 'refused', because: expect.stringContaining('signed by a key that the log does not have') },
  ])
  expect(await log.partitions()).toContain(old)
})

test('a partition that was dropped without an archive is detected', async () => {
  const log = await oldMonth()
  await log.admin.unsafe(`DROP TABLE ${table(old)}`)
  expect(await verifyDatabase(log.runtime, trust)).toMatchObject({
    intact: false,
    findings: [{ problem: 'missing', stream: log.stream }],
    archived: [],
  })
})

test.each<[string, string, (manifest: Manifest) => string]>([
  ['with an unknown key', 'key', (manifest) => signManifest(contentOf(manifest), signingKeyOf(Buffer.alloc(32, 9)))],
  [
    'with an invalid signature',
    'signature',
    (manifest) =>
      signedAs(manifest).replace(/(— \S+ .{12})(.)/, (_, start, next) => `${start}${next === 'A' ? 'B' : 'A'}`),
  ],
  ['with an unreadable manifest', 'unreadable', () => 'nonsense'],
])('a forged archive %s does not explain missing events', async (_, problem, forge) => {
  const { findings } = await verifyWithManifest(forge)
  expect(findings.map((finding) => finding.problem).toSorted()).toEqual([problem, 'missing'].toSorted())
})

test('an archive of other events does not explain missing events', async () => {
  const verification = await verifyWithManifest((manifest) => {
    const content = contentOf(manifest)
    const streams = content.streams.map((stream) => ({ ...stream, root: 'ab'.repeat(32) }))
    return signManifest({ ...content, streams }, signingKeyOf(Buffer.alloc(32, 1)))
  })
  expect(verification).toMatchObject({ findings: [{ problem: 'missing' }], archived: [] })
})

/** Verifies a log whose archived month was dropped, with a forged manifest. */
async function verifyWithManifest(forge: (manifest: Manifest) => string) {
  const { adminUrl, manifest } = sharedMonth()
  return await withRollback(adminUrl, async (sql) => {
    await tamper(
      sql,
      `ALTER TABLE audit.archives DISABLE TRIGGER ALL; UPDATE audit.archives SET manifest = '${forge(manifest)}'; DROP TABLE ${table(old)}`,
    )
    return await verifyDatabase(sql, trust)
  })
}

function contentOf({ month, events, digest, streams, checkpoints, parts, keyChanges }: Manifest) {
  return { month, events, digest, streams, checkpoints, parts, keyChanges }
}

function signedAs(manifest: Manifest): string {
  return signManifest(contentOf(manifest), signingKeyOf(Buffer.alloc(32, 1)))
}

test('the SQL function refuses unrecorded archives, the current month, and detached tables', async () => {
  const log = await archivedMonth()
  const { hash, events, digest } = log.manifest
  const drop = (month: Month, manifest = hash) =>
    log.owner`select audit.drop_archived_month(${`${month}-01`}::date, ${Buffer.from(manifest, 'hex')}, ${events}, ${Buffer.from(digest, 'hex')})`
  await expect(drop(monthAgo(0))).rejects.toThrow(/is not over/)
  await expect(drop(old, 'ab'.repeat(32))).rejects.toThrow(/no such archive/)
  await expect(log.runtime`select audit.drop_archived_month(now()::date, '', 0, '')`).rejects.toThrow(
    /permission denied/,
  )
  await log.admin.unsafe(`ALTER TABLE audit.events DETACH PARTITION ${table(old)}`)
  await expect(drop(old)).rejects.toThrow(/is not the partition/)
})

test('a partition is not dropped while the log is read, and writers wait at most a second', async () => {
  const log = await archivedMonth()
  const { hash, events, digest } = log.manifest
  const reader = await log.runtime.reserve()
  onTestFinished(() => reader.release())
  await reader`begin`
  await reader`select count(*) from audit.events`
  const dropping = log.owner`
    select audit.drop_archived_month(${`${old}-01`}::date, ${Buffer.from(hash, 'hex')}, ${events}, ${Buffer.from(digest, 'hex')})`
  const writing = log.write(monthAgo(0), 3)
  await expect(dropping).rejects.toMatchObject({ code: '55P03' })
  await writing
  expect(await log.partitions()).toContain(old)
  await reader`commit`
  expect(await log.retain(log.store)).toMatchObject([{ kind: 'dropped' }])
})

test('recorded archives can be neither changed nor removed', async () => {
  const log = sharedMonth()
  for (const statement of [
    'UPDATE audit.archives SET events = 1',
    'DELETE FROM audit.archives',
    'TRUNCATE audit.archives',
  ])
    await expect(log.owner.unsafe(statement)).rejects.toThrow(/append-only/)
  await expect(
    log.runtime`insert into audit.archives (month, hash, place, events, manifest) values (now()::date, '', '', 0, '')`,
  ).rejects.toThrow(/permission denied/)
})

test('a month that a sink has not sent stays, unless sinks are ignored', async () => {
  const log = await oldMonth()
  await log.write(old, 2)
  await log.sign()
  await log.admin`insert into audit.sinks (name, since) values ('siem', now() - interval '9 years'), ('new', now() + interval '1 day')`
  const send = (seq: number, finished: boolean) => log.admin`
    insert into audit.sink_positions (sink, stream, month, seq, finished)
    select 'siem', id, month, ${seq}, ${finished} from audit.streams
    on conflict (sink, stream) do update set seq = excluded.seq, finished = excluded.finished`
  const behind = [{ kind: 'refused', because: expect.stringContaining('not sent to all sinks yet (siem)') }]
  expect(await log.retain(log.store)).toMatchObject(behind)
  await send(3, false)
  expect(await log.retain(log.store)).toMatchObject(behind)
  expect(log.store.objects.size).toBe(0)
  await send(12, false)
  expect(await log.retain(log.store, { drop: 'keep' })).toMatchObject([{ kind: 'archived' }])
  await send(3, false)
  expect(await log.retain(log.store)).toMatchObject(behind)
  expect(await log.retain(log.store, { sinks: 'ignore' })).toMatchObject([{ kind: 'dropped' }])
})
