/** Measures all ways of forwarding in one run. Prints tables, and stores all results in `bench/results/`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@rack-gateway/database'
import { type BenchArguments, readArguments } from './arguments.ts'
import { createBackgroundWriter } from './background-writer.ts'
import { prepareGateway } from './gateway-environment.ts'
import { machine } from './machine.ts'
import { findCores, keepToRest } from './processes/cores.ts'
import { startSubject } from './processes/subject-process.ts'
import { countRecords } from './recorded.ts'
import { summarize } from './report/summary.ts'
import { report, targetTable } from './report/tables.ts'
import { compareWithTargets } from './report/targets.ts'
import { runRounds } from './rounds.ts'
import { subjectNames } from './subject-names.ts'
import { presentSubjects, type Subject, startSubjects } from './subjects.ts'
import { workloads as allWorks } from './workloads/index.ts'

const { workloads, rounds } = argumentsOrEnd()
const rackToken = 'bench-rack-password'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))

const cores = findCores()
keepToRest(cores)
const rest = cores?.rest ?? null
const stops: (() => Promise<unknown>)[] = []
try {
  const rack = await startSubject({ program: 'rack', environment: { BENCH_RACK_TOKEN: rackToken }, core: rest })
  stops.push(rack.stop)
  const upstream = { url: rack.url, token: rackToken }
  const gateway = await prepareGateway(upstream)
  stops.push(gateway.stop)
  const subjects: Subject[] = []
  stops.push(() => Promise.all(subjects.map(({ process }) => process.stop())))
  const wanted = Object.values(subjectNames).filter((name) => workloads.some(({ subjects }) => subjects.includes(name)))
  const names = presentSubjects(wanted)
  await startSubjects({ rack: upstream, gateway, core: cores?.subject ?? null, names }, subjects)
  const writer = await startSubject({ program: 'audit-writer', environment: gateway.variables, core: rest })
  stops.push(writer.stop)
  const database = openDatabase(gateway.variables.DATABASE_OWNER_URL, { max: 1 })
  stops.push(database.close)
  const absent = wanted.filter((name) => !names.includes(name))
  const about = { date: new Date().toISOString(), machine: machine(cores), rounds, absent }
  console.log(JSON.stringify(about.machine))
  for (const name of absent) console.log(`${name}: not installed`)
  const recording = subjects.find(({ name }) => name === subjectNames.durable)
  const records = await countRecords(database, recording?.process.pids[0] ?? 0)
  const supporting = { rack, postmaster: gateway.postmaster, writer: createBackgroundWriter(writer), cores }
  const { signal } = stopping
  const log = (what: string) => console.error(what)
  const measurements = await runRounds({ workloads, rounds, subjects, supporting, records, signal, log })
  const summaries = summarize(measurements)
  const targets = compareWithTargets(summaries)
  console.log(`\n${report(workloads, summaries)}\n\n## Targets\n\n${targetTable(targets)}\n`)
  await keep({ ...about, targets, summaries, measurements })
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

function argumentsOrEnd(): BenchArguments {
  try {
    return readArguments(process.argv.slice(2), allWorks)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

async function keep(results: { readonly date: string } & Record<string, unknown>): Promise<void> {
  const directory = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(directory, { recursive: true })
  const file = `${directory}speed-${results.date.replaceAll(':', '-')}.json`
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(file)
}
