/** Measures recording: durable events per second, waiting times, and the gateway with 50 callers. */
import { spawnSync } from 'node:child_process'
import { createAuditWriter, createPostgresAuditStore } from '@rack-gateway/audit'
import { openDatabase } from '@rack-gateway/database'
import { turnOffPretenuring } from '@rack-gateway/gateway'
import { prepareGateway } from '../gateway-environment.ts'
import { closedLoop as loadOverSockets } from '../loads/closed-loop.ts'
import { requests } from '../loads/requests.ts'
import { machine } from '../machine.ts'
import { findCores, moveToOtherCore } from '../processes/cores.ts'
import { familyMicros } from '../processes/processor-time.ts'
import { startSubject } from '../processes/subject-process.ts'
import { percentile, spread } from '../report/statistics.ts'
import { get } from '../workloads/request.ts'
import { createTraffic } from './drafts.ts'
import { closedLoop, openLoop, type Waits, waitsOf } from './waits.ts'

const rounds = 3
/** Durable events per second that the writer should reach. */
const target = 10_000
/** The duration of a round in milliseconds. */
const milliseconds = 5_000
/** Long enough to include checkpoints and vacuums of PostgreSQL in a representative proportion. */
const halfRateMilliseconds = 30_000
const halfRateRounds = 5
/** Milliseconds. */
const warmUp = 5_000
/** The maximum number of events in a commit of the writer. */
const maxBatch = 256
const rackToken = 'bench-rack-password'

turnOffPretenuring()
const cores = findCores()
console.log(JSON.stringify(machine(cores)))
await measureWaits()
moveToOtherCore(cores)
const rack = await startSubject({
  program: 'rack',
  environment: { BENCH_RACK_TOKEN: rackToken },
  core: cores?.rest ?? null,
})
const gateway = await prepareGateway({ url: rack.url, token: rackToken }, { inUse: true })
try {
  await measureGateway()
  // From here on, this process is measured, so it moves to the subject's core. PostgreSQL stays on the other core.
  if (cores) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cores.subject), String(process.pid)])
  await measureMaximumRate()
} finally {
  await gateway.stop()
  await rack.stop()
}

/** The writer and its PostgreSQL have the whole machine. */
async function measureWaits(): Promise<void> {
  const { variables, stop } = await prepareGateway({ url: 'http://127.0.0.1:9', token: rackToken }, { inUse: true })
  try {
    const { record, close } = await openWriter(variables.DATABASE_URL)
    await openLoop(record, target / 2, warmUp)
    const all: Float64Array[] = []
    for (let round = 1; round <= halfRateRounds; round++) {
      const waits = await openLoop(record, target / 2, halfRateMilliseconds)
      all.push(waits.sorted)
      console.log(`round ${round}: at ${target / 2}/s for ${halfRateMilliseconds / 1_000} s ${formatWaits(waits)}`)
    }
    console.log(
      `at ${target / 2}/s, all rounds together: ${formatWaits(
        waitsOf(
          all.flatMap((sorted) => [...sorted]),
          halfRateRounds * halfRateMilliseconds,
        ),
      )}`,
    )
    await close()
  } finally {
    await stop()
  }
}

/** PostgreSQL is on the other core. */
async function measureMaximumRate(): Promise<void> {
  const { record, writer, close } = await openWriter(gateway.variables.DATABASE_URL)
  await closedLoop(record, 1_000, 2_000)
  const database = openDatabase(gateway.variables.DATABASE_OWNER_URL, { max: 1 })
  await database.sql`create table if not exists bench_lines (line text not null)`
  const inserts: number[] = []
  for (let round = 1; round <= rounds; round++) inserts.push(await plainInserts(database, maxBatch))
  const plain = spread(inserts).median
  for (let round = 1; round <= rounds; round++) {
    const before = { ...writer.stats(), own: process.cpuUsage(), postgres: familyMicros(gateway.postmaster) }
    const maximum = await closedLoop(record, 1_000, milliseconds)
    const after = writer.stats()
    const { user, system } = process.cpuUsage(before.own)
    const postgres =
      ((familyMicros(gateway.postmaster) ?? 0) - (before.postgres ?? 0)) / (after.written - before.written)
    const batch = (after.written - before.written) / (after.batches - before.batches)
    console.log(
      `round ${round}: ${maximum.perSecond.toFixed(0)} durable events/s, ${batch.toFixed(0)} a commit, ${formatWaits(maximum)}; ` +
        `${((user + system) / (after.written - before.written)).toFixed(0)} µs of this process and ${postgres.toFixed(0)} µs of PostgreSQL per event; ` +
        `${(maximum.perSecond / plain).toFixed(2)} × the rate of plain inserts into a table without indexes (${plain.toFixed(0)}/s)`,
    )
  }
  await close()
  await database.close()
}

async function openWriter(url = '') {
  const store = createPostgresAuditStore({ pool: { url } })
  const writer = createAuditWriter({ store, clock: Date, host: 'bench', pid: process.pid })
  await writer.open()
  const { draft } = createTraffic({ users: 200, apps: 50 })
  let recorded = 0
  return {
    writer,
    record: () => writer.record(draft(recorded++)),
    async close() {
      await writer.close()
      await store.close()
    },
  }
}

/** Inserts lines of the length of an event, in equally large commits, but without indexes. @returns lines per second */
async function plainInserts({ sql }: ReturnType<typeof openDatabase>, batch: number): Promise<number> {
  const lines = Array.from({ length: batch }, () => 'x'.repeat(1_400)).join(',')
  const { perSecond } = await closedLoop(
    () => sql`insert into bench_lines select unnest(string_to_array(${lines}, ','))`,
    1,
    milliseconds / 2,
  )
  await sql`truncate bench_lines`
  return perSecond * batch
}

/** The same load with and without waiting for a commit. */
async function measureGateway(): Promise<void> {
  const subjects = []
  for (const reads of ['strict', 'relaxed']) {
    const environment = { ...gateway.variables, AUDIT_READS: reads }
    subjects.push({
      reads,
      process: await startSubject({ program: 'gateway', environment, core: cores?.subject ?? null }),
    })
  }
  const figures: { reads: string; perSecond: number; busy: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const { reads, process } of subjects) {
      const before = await process.cpuMicros()
      const exchange = requests(get('/apps?', process.url, gateway.tokens.viewer))
      const { count, seconds, latencies } = await loadOverSockets({
        url: process.url,
        exchange,
        connections: 50,
        milliseconds,
      })
      const busy = ((await process.cpuMicros()) - before) / 1e6 / seconds
      // The first round only warms up.
      if (round === 0) continue
      figures.push({ reads, perSecond: count / seconds, busy })
      console.log(
        `round ${round}: 50 callers, AUDIT_READS=${reads}: ${(count / seconds).toFixed(0)} requests/s, ` +
          `p50 ${percentile(latencies, 50).toFixed(1)} ms, p99 ${percentile(latencies, 99).toFixed(1)} ms, ${(busy * 100).toFixed(0)} % of its core`,
      )
    }
  }
  const throughputOf = (readsMode: string) =>
    spread(figures.filter(({ reads }) => reads === readsMode).map(({ perSecond }) => perSecond)).median
  console.log(
    `50 callers: waiting for the commit leaves ${(throughputOf('strict') / throughputOf('relaxed')).toFixed(2)} of the throughput without it`,
  )
  for (const { process } of subjects) await process.stop()
}

function formatWaits({ p50, p99, max }: Waits): string {
  return `waits p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)}, longest ${max.toFixed(0)}`
}
