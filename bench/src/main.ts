/** Measures all subjects in one run. Prints tables, and stores all results in a JSON file in `bench/results/`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@rack-gateway/database'
import { countAllocations } from './allocations/count-allocations.ts'
import { type BenchArguments, readArguments } from './arguments.ts'
import { createBackgroundWriter } from './background-writer.ts'
import { observeMachine, warningAtEnd, warningAtStart } from './busy-warnings.ts'
import { openCheckout } from './checkout.ts'
import { prepareGateway } from './gateway-environment.ts'
import { machine } from './machine.ts'
import { findCores, moveToOtherCore } from './processes/cores.ts'
import { startSubject } from './processes/subject-process.ts'
import { countRecords } from './recorded.ts'
import { summarize } from './report/summary.ts'
import { allocationTable, comparisonTable, report, targetTable } from './report/tables.ts'
import { compareWithTargets } from './report/targets.ts'
import { runRounds } from './rounds.ts'
import { subjectNames } from './subject-names.ts'
import {
  planSubject,
  presentSubjects,
  type Subject,
  type SubjectPlan,
  startPlannedSubject,
  subjectsOfRun,
} from './subjects.ts'
import { workloads as allWorkloads } from './workloads/index.ts'

const { workloads, rounds, compared } = argumentsOrEnd()
const rackToken = 'bench-rack-password'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))

const checkout = compared && (await openCheckout(compared).catch(printAndEnd))
const cores = findCores()
const load = await observeMachine(cores)
warn(warningAtStart(load))
moveToOtherCore(cores)
const rest = cores?.rest ?? null
const stops: (() => Promise<unknown>)[] = []
try {
  const rack = await startSubject({ program: 'rack', environment: { BENCH_RACK_TOKEN: rackToken }, core: rest })
  stops.push(rack.stop)
  const upstream = { url: rack.url, token: rackToken }
  const wantedSubjects = subjectsOfRun(workloads, checkout !== null)
  const names = presentSubjects(wantedSubjects)
  const plans: SubjectPlan[] = []
  for (const name of names) {
    const plan = await planSubject(name, { rack: upstream, checkout, core: cores?.subject ?? null })
    plans.push(plan)
    if (plan.gateway) stops.push(plan.gateway.stop)
  }
  const writerEnvironment = await prepareGateway(upstream)
  stops.push(writerEnvironment.stop)
  const writer = await startSubject({ program: 'audit-writer', environment: writerEnvironment.variables, core: rest })
  stops.push(writer.stop)
  const subjects: Subject[] = []
  const stopSubjects = () => Promise.all(subjects.map(({ process }) => process.stop()))
  stops.push(stopSubjects)
  // As the documentation recommends for one core. Helper threads for garbage collection would compete for it.
  const nodeArguments = cores === null ? [] : ['--single-threaded-gc']
  for (const plan of plans) subjects.push(await startPlannedSubject(plan, nodeArguments))
  const recording = subjects.find(({ name }) => name === subjectNames.durable)
  const database = openDatabase(recording?.gateway?.variables.DATABASE_OWNER_URL ?? '', { max: 1 })
  stops.push(database.close)
  const absentSubjects = wantedSubjects.filter((name) => !names.includes(name))
  const conditions = {
    date: new Date().toISOString(),
    machine: { ...machine(cores), ...load },
    rounds,
    compared: checkout?.description ?? null,
    absent: absentSubjects,
  }
  console.log(JSON.stringify(conditions.machine))
  for (const name of absentSubjects) console.log(`${name}: not installed`)
  const records = await countRecords(database, recording?.process.pids[0] ?? 0)
  const environments = [writerEnvironment, ...plans.flatMap(({ gateway }) => gateway ?? [])]
  const postmasters = environments.map(({ postmaster }) => postmaster)
  const supporting = { rack, postmasters, writer: createBackgroundWriter(writer), cores }
  const { signal } = stopping
  const log = (what: string) => console.error(what)
  const measurements = await runRounds({ workloads, rounds, subjects, supporting, records, signal, log, wait })
  await stopSubjects()
  const allocations = await countAllocations({ workloads, plans, signal, log })
  const summaries = summarize(measurements)
  const targets = compareWithTargets(summaries)
  console.log(`\n${report(workloads, summaries)}\n`)
  if (allocations.length > 0) console.log(`## Allocations for one request\n\n${allocationTable(allocations)}\n`)
  if (checkout) console.log(`## Comparison\n\n${comparisonTable(summaries, checkout.description)}\n`)
  console.log(`## Targets\n\n${targetTable(targets)}\n`)
  warn(warningAtEnd(measurements))
  await writeResults({ ...conditions, targets, summaries, allocations, measurements })
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

function argumentsOrEnd(): BenchArguments {
  try {
    return readArguments(process.argv.slice(2), allWorkloads)
  } catch (error) {
    return printAndEnd(error)
  }
}

function printAndEnd(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
}

function warn(warning: string | null): void {
  if (warning !== null) console.error(`\n${warning}\n`)
}

async function writeResults(results: { readonly date: string } & Record<string, unknown>): Promise<void> {
  const directory = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(directory, { recursive: true })
  const file = `${directory}speed-${results.date.replaceAll(':', '-')}.json`
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(file)
}
