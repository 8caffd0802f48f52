/** Measures the verification of an export and of a database: events per second of one core, and memory. */
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  createAuditWriter,
  createCheckpointer,
  createPostgresAuditStore,
  objectStoreDestination,
  signingKeyOf,
} from '@rack-gateway/audit'
import { databaseLog, type Verification, verifyDatabase, verifyExport } from '@rack-gateway/audit/verify'
import { migrate, openDatabase, roleOf, startEmbeddedPostgres } from '@rack-gateway/database'
import { openObjectStore } from '@rack-gateway/object-store'
import { createTraffic } from './audit/drafts.ts'
import { machine } from './machine.ts'
import { findCores } from './processes/cores.ts'

const events = Number(process.argv[2] ?? 300_000)
const rounds = 3
const batchSize = 1_000
const key = signingKeyOf(Buffer.alloc(32, 1))

const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-bench-'))
// As root, PostgreSQL runs as another user, which must be able to enter the directory.
await chmod(directory, 0o711)
const database = await startEmbeddedPostgres({ dataDir: join(directory, 'data') })
try {
  console.log(JSON.stringify(machine(findCores())))
  await migrate(database.ownerUrl, { runtimeRole: roleOf(database.runtimeUrl) })
  const checkpoints = join(directory, 'copies')
  await mkdir(checkpoints)
  await record(checkpoints)
  const { sql, close } = openDatabase(database.runtimeUrl, { max: 1 })
  const file = join(directory, 'audit.ndjson')
  await pipeline(exportText(databaseLog(sql).lines()), createWriteStream(file))
  const options = { pinned: key.publicKey, checkpoints }
  for (let round = 0; round < rounds; round++) {
    await measure('an export', () => verifyExport(createReadStream(file, { highWaterMark: 1024 * 1024 }), options))
    await measure('a database', () => verifyDatabase(sql, options))
  }
  await close()
} finally {
  await database.stop()
  await rm(directory, { recursive: true, force: true })
}

async function record(copies: string): Promise<void> {
  const destination = objectStoreDestination(await openObjectStore({ kind: 'directory', directory: copies }))
  const log = (what: unknown, error?: unknown) => console.error(what, error ?? '')
  const checkpointer = createCheckpointer({
    pool: { url: database.runtimeUrl },
    keys: [key],
    destinations: [destination],
    // On a slow machine, the checkpointer has many events to read back at the end.
    finalTimeout: 120_000,
    onAlarm: log,
    onKey() {},
    onError: log,
  })
  const store = createPostgresAuditStore({ pool: { url: database.runtimeUrl } })
  const writer = createAuditWriter({ store, clock: Date, host: 'bench', pid: 1, onDurable: checkpointer.onDurable })
  await writer.open()
  checkpointer.start()
  const { draft } = createTraffic({ users: 200, apps: 50 })
  for (let done = 0; done < events; done += batchSize)
    await Promise.all(Array.from({ length: batchSize }, (_, index) => writer.record(draft(done + index))))
  await writer.close()
  await checkpointer.stop()
  await store.close()
}

async function* exportText(batches: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const lines of batches) yield `${lines.join('\n')}\n`
}

async function measure(source: string, verify: () => Promise<Verification>): Promise<void> {
  const [before, started] = [process.cpuUsage(), performance.now()]
  const { intact, events: verified, checkpoints, anchored } = await verify()
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(before)
  if (!intact || !anchored) throw new Error('the verification failed, although nothing was changed')
  const perSecond = (time: number) => Math.round(verified / time).toLocaleString('en')
  const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024)
  console.log(
    `${source}: ${verified.toLocaleString('en')} events, ${checkpoints?.count} checkpoints: ${perSecond((user + system) / 1e6)} events/s of processor time, ${perSecond(seconds)} by the clock; ${memory} MB resident`,
  )
}
