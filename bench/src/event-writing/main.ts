/** Compares ways to write events: `event-writing [rounds] [milliseconds]`. */
import { spawnSync } from 'node:child_process'
import { type AuditStore, createAuditWriter } from '@rack-gateway/audit'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import { openDatabase } from '@rack-gateway/database'
import { turnOffPretenuring } from '@rack-gateway/gateway'
import { createTraffic } from '../audit/drafts.ts'
import { closedLoop } from '../audit/waits.ts'
import { prepareGateway } from '../gateway-environment.ts'
import { machine } from '../machine.ts'
import { findCores, keepToRest } from '../processes/cores.ts'
import { familyMicros, threadMicros } from '../processes/processor-time.ts'
import { spread } from '../report/statistics.ts'
import { appenders, createEmptyStore, openStore } from './stores.ts'

const rounds = Number(process.argv[2] ?? 15)
const milliseconds = Number(process.argv[3] ?? 400)
const callerCounts = [32, 4, 1]

interface Figures {
  readonly main: number
  readonly postgres: number
  readonly p50: number
  readonly batch: number
}

turnOffPretenuring()
const cores = findCores()
console.log(JSON.stringify(machine(cores)))
keepToRest(cores)
const { variables, postmaster, stop } = await prepareGateway({ url: 'http://127.0.0.1:9', token: 'unused' })
try {
  if (cores) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cores.subject), String(process.pid)])
  const url = variables.DATABASE_URL ?? ''
  const writers = [
    await openWriter('no database', createEmptyStore()),
    await openWriter('the writer of the gateway', createPostgresAuditStore({ url })),
  ]
  for (const [name, open] of Object.entries(appenders)) writers.push(await openWriter(name, await openStore(url, open)))
  for (const { measure } of writers) await measure(32)
  const results = new Map<string, Figures[]>()
  for (let round = 0; round < rounds; round++)
    for (const callers of callerCounts)
      for (const { name, measure } of shuffle(writers)) {
        const key = `${callers}\t${name}`
        results.set(key, [...(results.get(key) ?? []), await measure(callers)])
      }
  for (const { close } of writers) await close()
  await expectWhole()
  for (const callers of callerCounts) printTable(callers, writers, results)
} finally {
  await stop()
}

/** Otherwise the same variant would always run after the cheapest or the slowest one. */
function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value)
}

async function openWriter(name: string, store: AuditStore) {
  const writer = createAuditWriter({ store, clock: Date, host: 'bench', pid: process.pid })
  await writer.open()
  const { draft } = createTraffic({ people: 200, apps: 50 })
  let recorded = 0
  return {
    name,
    async measure(callers: number): Promise<Figures> {
      const before = state(writer)
      const { p50 } = await closedLoop(() => writer.record(draft(recorded++)), callers, milliseconds)
      const after = state(writer)
      const events = after.written - before.written
      return {
        main: (after.main - before.main) / events,
        postgres: (after.postgres - before.postgres) / events,
        p50,
        batch: events / (after.batches - before.batches),
      }
    },
    async close() {
      await writer.close()
      await store.close()
    },
  }
}

function state(writer: ReturnType<typeof createAuditWriter>) {
  const { written, batches } = writer.stats()
  return { written, batches, main: threadMicros(process.pid) ?? 0, postgres: familyMicros(postmaster) ?? 0 }
}

/** Each stream must be complete, so that no variant is fast because it writes less. */
async function expectWhole(): Promise<void> {
  const { sql, close } = openDatabase(variables.DATABASE_OWNER_URL, { max: 1 })
  const broken = await sql`
    select stream from (select stream, seq, kind, principal, canonical, prev, hash, lag(hash) over (partition by stream order by seq) as before
      from audit.events) as event
    group by stream having max(seq) <> count(*)
      or not bool_and(hash = sha256(prev || convert_to(canonical, 'UTF8')) and (seq = 1 or prev = before)
        and kind = canonical::json ->> 'kind' and principal is not distinct from canonical::json -> 'principal' ->> 'id')`
  await close()
  if (broken.length > 0) throw new Error(`${broken.length} streams are not complete`)
}

function printTable(callers: number, writers: readonly { name: string }[], results: Map<string, Figures[]>): void {
  console.log(`\n${callers} callers\n`)
  console.log(
    '| variant | main thread, µs | PostgreSQL, µs | p50, ms | events a batch |\n| --- | --- | --- | --- | --- |',
  )
  for (const { name } of writers) {
    const of = results.get(`${callers}\t${name}`) ?? []
    const cell = (figure: keyof Figures, digits: number) => {
      const { median, min, max } = spread(of.map((figures) => figures[figure]))
      return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
    }
    console.log(`| ${name} | ${cell('main', 1)} | ${cell('postgres', 0)} | ${cell('p50', 2)} | ${cell('batch', 1)} |`)
  }
}
