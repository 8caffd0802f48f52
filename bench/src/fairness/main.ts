/**
 * Measures a light caller while another caller floods the gateway. The light caller makes a call every 20 ms; every
 * fifth call is a change. Alternates between no flood and each flood. Exits with 1 if a bound is exceeded.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareGateway } from '../gateway-environment.ts'
import { machine } from '../machine.ts'
import { findCores, moveToOtherCore } from '../processes/cores.ts'
import { residentBytes, watchMemory } from '../processes/memory.ts'
import { type SubjectProcess, startSubject } from '../processes/subject-process.ts'
import { percentile } from '../report/statistics.ts'
import { get, post } from '../workloads/request.ts'
import { type Flood, floods } from './floods.ts'
import { type ProbeResult, probe } from './probe.ts'

const [roundsGiven = '3', ...namesGiven] = process.argv.slice(2)
const rounds = Number(roundsGiven)
const names = namesGiven.length > 0 ? namesGiven : Object.keys(floods)
const interval = 20
const calls = { idle: 200, flooded: 300 }
/** Milliseconds for the gateway to become idle after a flood. */
const pause = 1_000
/**
 * With a flood: no errors. The 99th percentile is at most 25 ms or twice the percentile without a flood, whichever is
 * larger. Memory is at most 128 MiB above idle.
 */
const bound = { milliseconds: 25, times: 2, bytes: 128 * 1_024 * 1_024 }
const rackToken = 'bench-rack-password'
const policy = 'version: 1\nrecordings: { rules: { all: { mode: strict } } }\n'

interface FloodMeasurement {
  readonly idle: ProbeResult[]
  readonly flooded: ProbeResult[]
  /** Reads that go to the rack directly, with the flood. They show the delays that the gateway does not cause. */
  readonly direct: ProbeResult[]
  /** The maximum of all rounds, in bytes above idle. Null on systems without /proc. */
  memory: number | null
  readonly statuses: Map<string, number>
  /** Bytes that the flood received. */
  received: number
}

const cores = findCores()
moveToOtherCore(cores)
console.log(JSON.stringify({ ...machine(cores), rounds }))
const stops: (() => Promise<unknown>)[] = []
try {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-fairness-'))
  stops.push(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'policy.yaml'), policy)
  const environment = { BENCH_RACK_TOKEN: rackToken }
  const rack = await startSubject({ program: 'rack', environment, core: cores?.rest ?? null })
  stops.push(rack.stop)
  // The rack makes its large list at the first request, which would delay the calls of the first round.
  const largeRead = get('/apps/app-large/releases?', rack.url, rackToken)
  await probe({ url: rack.url, requestAt: () => largeRead, count: 1, interval })
  const prepared = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(prepared.stop)
  const gateway = await startSubject({
    program: 'gateway',
    environment: {
      ...prepared.variables,
      RECORDINGS: directory,
      POLICY_FILE: join(directory, 'policy.yaml'),
      LOG_LEVEL: 'info',
      // As in the container image.
      NODE_OPTIONS: '--max-old-space-size=384',
    },
    core: cores?.subject ?? null,
    // As the documentation recommends for one core.
    nodeArguments: cores === null ? [] : ['--single-threaded-gc', '--max-semi-space-size=4'],
  })
  stops.push(gateway.stop)
  const requests = requestsOf(gateway, prepared.tokens.deployer)
  await probe({ url: gateway.url, requestAt: requests, count: 4_000, interval: 3 })
  const directRead = get('/apps?', rack.url, rackToken)
  const idleBytes = residentBytes(gateway.pids)
  const results = new Map(names.map((name) => [name, emptyResult()]))
  // Without an unmeasured round, V8 would still compile much of the code during the floods.
  for (let round = 0; round <= rounds; round++)
    for (const [name, measured] of results) {
      const result = round === 0 ? emptyResult() : measured
      const flood = floodNamed(name)
      const token = flood.role === null ? '' : prepared.tokens[flood.role]
      result.idle.push(await probe({ url: gateway.url, requestAt: requests, count: calls.idle, interval }))
      const before = residentBytes(gateway.pids)
      const memory = watchMemory(gateway.pids)
      const floodProcess = await startSubject({
        program: 'flood',
        environment: { BENCH_FLOOD: name, BENCH_GATEWAY: gateway.url, BENCH_TOKEN: token },
        core: cores?.rest ?? null,
      })
      try {
        const [flooded, direct] = await Promise.all([
          probe({ url: gateway.url, requestAt: requests, count: calls.flooded, interval }),
          probe({ url: rack.url, requestAt: () => directRead, count: calls.flooded, interval }),
        ])
        result.flooded.push(flooded)
        result.direct.push(direct)
        addCounts(result, (await floodProcess.ask({ counts: true })) as FloodCounts)
      } finally {
        await floodProcess.stop()
      }
      const grown = memory.stop()
      if (before !== null && idleBytes !== null && grown !== null)
        result.memory = Math.max(result.memory ?? 0, before + grown - idleBytes)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  report(results)
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

interface FloodCounts {
  readonly statuses: Readonly<Record<string, number>>
  readonly received: number
}

function floodNamed(name: string): Flood {
  const flood = floods[name]
  if (flood === undefined) throw new Error(`There is no flood ${name}. There are: ${Object.keys(floods).join(', ')}.`)
  return flood
}

/** Four reads, then a change. */
function requestsOf({ url }: SubjectProcess, token: string): (index: number) => Buffer {
  const read = get('/apps?', url, token)
  const form = {
    url: 'object://app-0/tmp/bench.tgz',
    description: 'a build',
    manifest: 'convox.yml',
    'no-cache': 'false',
  }
  const change = post('/apps/app-0/builds?', form, url, token)
  return (index) => (index % 5 === 4 ? change : read)
}

function emptyResult(): FloodMeasurement {
  return { idle: [], flooded: [], direct: [], memory: null, statuses: new Map(), received: 0 }
}

function addCounts(result: FloodMeasurement, { statuses, received }: FloodCounts): void {
  for (const [status, count] of Object.entries(statuses))
    result.statuses.set(status, (result.statuses.get(status) ?? 0) + count)
  result.received += received
}

function report(results: ReadonlyMap<string, FloodMeasurement>): void {
  console.log(`load average ${loadavg()[0]?.toFixed(1)}\n`)
  console.log(
    '| flood | without: p50, p99 ms | with: p50, p99 ms | rack directly, with: p50, p99 ms | errors | memory above idle | responses to the flood | bound |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const [name, { idle, flooded, direct, memory, statuses, received }] of results) {
    const [withoutFlood, withFlood] = [figures(idle), figures(flooded)]
    const isMet =
      withFlood.errors === 0 &&
      withFlood.p99 <= Math.max(bound.milliseconds, bound.times * withoutFlood.p99) &&
      (memory ?? 0) <= bound.bytes
    if (!isMet) process.exitCode = 1
    const responses = [...[...statuses].map(([status, count]) => `${count} × ${status}`), inMebibytes(received)].join(
      ', ',
    )
    console.log(
      `| ${floodNamed(name).title} | ${formatFigures(withoutFlood)} | ${formatFigures(withFlood)} | ${formatFigures(figures(direct))} | ${errorsOf(flooded)} | ${memory === null ? 'unknown' : inMebibytes(memory)} | ${responses} | ${isMet ? 'met' : 'MISSED'} |`,
    )
  }
}

interface Figures {
  readonly p50: number
  readonly p99: number
  readonly errors: number
}

function figures(results: readonly ProbeResult[]): Figures {
  const sorted = Float64Array.from(results.flatMap(({ latencies }) => latencies)).sort()
  const errors = results.reduce((sum, one) => sum + one.errors.length, 0)
  if (sorted.length === 0) return { p50: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY, errors }
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), errors }
}

function formatFigures({ p50, p99 }: Figures): string {
  return `${p50.toFixed(1)}, ${p99.toFixed(1)}`
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_024 / 1_024)} MiB`
}

function errorsOf(results: readonly ProbeResult[]): string {
  const counts = new Map<string, number>()
  for (const error of results.flatMap(({ errors }) => errors)) counts.set(error, (counts.get(error) ?? 0) + 1)
  return counts.size === 0 ? 'none' : [...counts].map(([error, count]) => `${count} × ${error}`).join(', ')
}
