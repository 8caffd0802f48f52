import { hash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sharedFixture } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'
import { checkpointKey } from '../checkpoints/checkpoint-destination.ts'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import { type ArchivePart, type ManifestContent, readManifest, signManifest } from '../signed-notes/manifest.ts'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseLog } from '../verify/database-log.ts'
import { makeProof } from '../verify/make-proof.ts'
import { verifyProof } from '../verify/proof.ts'
import { verifyExport, verifyGatewayResponse } from '../verify/sources.ts'
import { directoryArchive } from './directory-archive.ts'
import { proveArchived } from './prove-archived.ts'
import { logKey, monthAgo, pastLog } from './testing/past-log.ts'
import { directoryStore, memoryStore } from './testing/stores.ts'
import { verifyArchivedMonth } from './verify-month.ts'

const old = monthAgo(15)
const trust = { pinned: logKey.publicKey, checkpoints: null }

/** An archived and dropped month. */
const sharedMonth = sharedFixture(async (onEnd) => {
  const log = await pastLog(onEnd)
  const { ids } = await log.write(old, 60)
  await log.sign()
  await log.write(old, 10)
  await log.sign()
  const notes = await notesOf(log)
  const store = memoryStore()
  await log.retain(store, { drop: 'keep' })
  const proof = await makeProof(log.runtime, ids[30] ?? '')
  await log.retain(store)
  expect(await log.partitions()).not.toContain(old)
  return { ...log, ids, notes, store, proof }
})

/** With its own copy of the objects, which a test may change. */
function droppedMonth() {
  const month = sharedMonth()
  return { ...month, store: memoryStore(month.store.objects) }
}

async function notesOf({ runtime }: Awaited<ReturnType<typeof pastLog>>): Promise<string[]> {
  const rows = await runtime<{ note: string }[]>`select note from audit.checkpoints order by number`
  return rows.map(({ note }) => note)
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-copies-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

async function copiesOf(notes: readonly string[]): Promise<string> {
  const directory = await temporary()
  for (const note of notes) {
    const path = join(directory, checkpointKey(readCheckpoint(note)?.number ?? 0))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, note)
  }
  return directory
}

test('a dropped event is proven from the archive, with the same proof as before', async () => {
  const { store, ids, proof } = droppedMonth()
  const archived = await proveArchived(store, [old], ids[30] ?? '')
  expect(archived).toEqual(proof)
  expect(archived.kind === 'proof' && (await verifyProof(archived.proof, logKey.publicKey))).toMatchObject({
    isValid: true,
  })
  for (const id of [ids.at(0), ids.at(-1)])
    expect(await proveArchived(store, [old], id?.toUpperCase() ?? '')).toMatchObject({ kind: 'proof' })
  expect(await proveArchived(store, [], ids[0] ?? '')).toEqual({ kind: 'unknown' })
  expect(await proveArchived(store, [old], `${ids[0]?.slice(0, -2)}zz`)).toEqual({ kind: 'unknown' })
})

test('a damaged archive is no proof', async () => {
  const { store, ids } = droppedMonth()
  store.objects.delete(`${old}/events-000001.ndjson.gz`)
  for (const id of [ids[0], ids.at(-1)])
    await expect(proveArchived(store, [old], id ?? '')).rejects.toThrow(/is damaged: the archive of .* has no /)
  store.objects.delete(`${old}/manifest.note`)
  await expect(proveArchived(store, [old], ids[0] ?? '')).rejects.toThrow(/no readable manifest/)
})

test('an archive is compared with external copies of its checkpoints', async () => {
  const { store, notes, sign } = droppedMonth()
  await sign()
  const outside = await copiesOf(notes)
  expect(await verifyArchivedMonth(store, old, { ...trust, checkpoints: outside })).toMatchObject({
    intact: true,
    anchored: true,
  })
  const other = await pastLog()
  await other.sign()
  await other.sign()
  const others = await copiesOf(await notesOf(other))
  const { intact, findings } = await verifyArchivedMonth(store, old, { ...trust, checkpoints: others })
  expect([intact, findings.some(({ problem }) => problem === 'rewritten')]).toEqual([false, true])
})

test('without the signing key, no change to an archive passes verification', async () => {
  const { store } = droppedMonth()
  const key = `${old}/manifest.note`
  const manifest = readManifest(String(store.objects.get(key)))
  if (manifest === null) throw new Error('there is no manifest')
  const { note: _, signer: __, signed: ___, hash: ____, key: _____, written: ______, ...content } = manifest
  const write = (changed: Partial<ManifestContent>, by = logKey) =>
    void store.objects.set(key, Buffer.from(signManifest({ ...content, ...changed }, by)))
  const problems = async () => (await verifyArchivedMonth(store, old, trust)).findings.map(({ problem }) => problem)

  write({}, signingKeyOf(Buffer.alloc(32, 9)))
  expect(await problems()).toEqual(['key'])
  write({ streams: content.streams.slice(1) })
  expect(await problems()).toContain('unsigned')
  write({ streams: content.streams.map((stream) => ({ ...stream, root: 'ab'.repeat(32) })) })
  expect(await problems()).toEqual(['streams', 'streams'])
  write({ checkpoints: { first: 1, last: 9 } })
  expect(await problems()).toEqual(['streams'])
  write({ events: content.events + 1 })
  expect(await problems()).toEqual(['events'])
  write({ month: monthAgo(16) })
  expect(await problems()).toEqual(['unreadable'])
  write({ parts: { ...content.parts, events: content.parts.events.slice(0, -1) } })
  expect(await problems()).toEqual(expect.arrayContaining(['events', 'truncated']))
  write({ parts: { ...content.parts, events: content.parts.events.toReversed() } })
  expect(await problems()).toContain('events')

  // Even with the signing key, a changed event breaks its chain.
  const [first, ...rest] = content.parts.events
  const name = first?.name ?? ''
  const lines = gunzipSync(store.objects.get(`${old}/${name}`) ?? '')
    .toString()
    .replace('"web"', '"api"')
  const bytes = gzipSync(lines)
  store.objects.set(`${old}/${name}`, bytes)
  const part: ArchivePart = {
    name,
    lines: first?.lines ?? 0,
    size: bytes.length,
    sha256: hash('sha256', bytes),
    contentSize: Buffer.byteLength(lines),
    contentSha256: hash('sha256', lines),
  }
  write({ parts: { ...content.parts, events: [part, ...rest] } })
  expect(await problems()).toEqual(['events', 'hash'])
})

test('a part that decompresses to more than was archived is not read to its end', async () => {
  const { store } = droppedMonth()
  const key = `${old}/manifest.note`
  const manifest = readManifest(String(store.objects.get(key)))
  if (manifest === null) throw new Error('there is no manifest')
  const { note: _, signer: __, signed: ___, hash: ____, key: _____, written: ______, ...content } = manifest
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  const [first, ...rest] = content.parts.events
  if (first === undefined) throw new Error('there is no part')
  store.objects.set(`${old}/${first.name}`, bomb)
  const part = { ...first, size: bomb.length, sha256: hash('sha256', bomb) }
  store.objects.set(
    key,
    Buffer.from(signManifest({ ...content, parts: { ...content.parts, events: [part, ...rest] } }, logKey)),
  )
  const before = process.memoryUsage().rss
  expect((await verifyArchivedMonth(store, old, trust)).findings).toContainEqual(
    expect.objectContaining({ about: 'archive', problem: 'changed', detail: first.name }),
  )
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024)
})

test("a gateway's response and an export may lack archived months, and the verification reports these months", async () => {
  const { runtime, store, notes } = droppedMonth()
  const log = databaseLog(runtime)
  const [archive] = await log.archives()
  const sent = [...notes.map((checkpoint) => JSON.stringify({ checkpoint })), JSON.stringify({ archive })].join('\n')
  const archived = [{ month: old, events: 74, streams: 2, place: 'memory' }]
  expect(await verifyGatewayResponse(Readable.from([Buffer.from(`${sent}\n`)]), trust)).toMatchObject({
    intact: true,
    archived,
  })
  const without = [...notes.map((checkpoint) => JSON.stringify({ checkpoint }))].join('\n')
  expect(await verifyGatewayResponse(Readable.from([Buffer.from(without)]), trust)).toMatchObject({
    intact: false,
    archived: [],
  })

  const checkpoints = await copiesOf(notes)
  const empty = () => Readable.from([])
  expect(await verifyExport(empty(), { ...trust, checkpoints })).toMatchObject({ intact: false, archived: [] })
  const manifest = String(store.objects.get(`${old}/manifest.note`))
  const archives = [{ manifest, place: store.location }]
  expect(await verifyExport(empty(), { ...trust, checkpoints, archives })).toMatchObject({ intact: true, archived })
})

test('an archive in a directory is read without an object store', async () => {
  const log = await pastLog()
  const { ids } = await log.write(old, 5)
  await log.sign()
  const store = await directoryStore()
  await log.retain(store)
  const reader = directoryArchive(store.directory)
  expect(await reader.months()).toEqual([old])
  expect(await verifyArchivedMonth(reader, old, trust)).toMatchObject({ intact: true, events: 7 })
  expect(await proveArchived(reader, await reader.months(), ids[2] ?? '')).toMatchObject({ kind: 'proof' })
  expect(await verifyArchivedMonth(reader, monthAgo(20), trust)).toMatchObject({ intact: false })
})
