/**
 * Measures a polite caller while other callers flood the gateway. The polite caller makes a call every 20 ms; every
 * fifth call is a change. Alternates between no flood and each flood. Exits with 1 if a hard bound is exceeded.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { prepareGateway } from '../gateway-environment.ts'
import { machine } from '../machine.ts'
import type { CollectedMemory } from '../processes/collected-memory.ts'
import { findCores, moveToOtherCore } from '../processes/cores.ts'
import { watchFamilyMemory } from '../processes/family-memory.ts'
import { startSubject } from '../processes/subject-process.ts'
import { get, post } from '../workloads/request.ts'
import { readArguments } from './arguments.ts'
import {
  bounds,
  emptyMeasurement,
  exceededBounds,
  type FloodMeasurement,
  growthOf,
  largestGrowth,
} from './flood-measurement.ts'
import { type FloodCounts, prepareFloods } from './flood-processes.ts'
import { type FloodGroup, floodGroup, groupNames } from './floods.ts'
import { type MeasuredGateway, startMeasuredGateway } from './measured-gateway.ts'
import { canUseLoopbackAddresses } from './networks.ts'
import { type ProbeResult, probe } from './probe.ts'
import { fairnessTable } from './report.ts'

const { rounds, names } = readArguments(process.argv.slice(2), groupNames)
/** Milliseconds between two calls of the polite caller. */
const interval = 20
const idleCalls = 200
const warmUp = { calls: 4_000, interval: 3 }
/** The gateway may use more memory for some seconds after a flood, such as for a check that still runs. */
const releaseAttempts = 5
const rackToken = 'bench-rack-password'
const policy = 'version: 1\nrecordings: { rules: { all: { mode: strict } } }\n'

const cores = findCores()
moveToOtherCore(cores)
console.log(JSON.stringify({ ...machine(cores), rounds }))
const groups = await supportedGroups()
const stops: (() => Promise<unknown>)[] = []
try {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-fairness-'))
  stops.push(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'policy.yaml'), policy)
  const rack = await startSubject({
    program: 'rack',
    environment: { BENCH_RACK_TOKEN: rackToken },
    core: cores?.rest ?? null,
  })
  stops.push(rack.stop)
  // The rack makes its large list at the first request, which would delay the calls of the first round.
  const largeRead = get('/apps/app-large/releases?', rack.url, rackToken)
  await probe({ url: rack.url, requestAt: () => largeRead, count: 1, interval })
  const { variables, tokens, stop } = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(stop)
  const environment = {
    ...variables,
    RECORDINGS: directory,
    POLICY_FILE: join(directory, 'policy.yaml'),
    LOG_LEVEL: 'info',
  }
  const directRead = get('/apps?', rack.url, rackToken)

  async function startGateway(): Promise<MeasuredGateway> {
    const started = await startMeasuredGateway(environment, cores?.subject ?? null)
    const requestAt = requestsOf(started.url, tokens.deployer)
    await probe({ url: started.url, requestAt, count: warmUp.calls, interval: warmUp.interval })
    return started
  }

  let gateway = await startGateway()
  stops.push(() => gateway.stop())

  /** Runs floods and the polite caller. If the gateway process ends, starts another one. */
  async function runFloods({ members, seconds }: FloodGroup): Promise<FloodRun> {
    const { url, pid } = gateway
    const count = (seconds * 1_000) / interval
    const stopWatch = watchFamilyMemory(pid)
    const floods = await prepareFloods(members, { url, tokens }, cores?.rest ?? null)
    let results: Pick<FloodRun, 'flooded' | 'direct'>
    let counts: FloodCounts
    try {
      const [flooded, direct] = await Promise.all([
        probe({ url, requestAt: requestsOf(url, tokens.deployer), count, interval }),
        probe({ url: rack.url, requestAt: () => directRead, count, interval }),
        floods.start(),
      ])
      results = { flooded, direct }
      counts = await floods.counts()
    } finally {
      await floods.stop()
    }
    const peak = stopWatch()
    const memory = await gateway.collectMemory()
    if (memory === null) {
      await gateway.stop()
      gateway = await startGateway()
    }
    return { ...results, counts, peak, memory }
  }

  /** Without an unmeasured round, V8 would still compile much of the code during the floods. */
  async function warm(name: string, group: FloodGroup, result: FloodMeasurement): Promise<void> {
    const { memory } = await runFloods(group)
    if (memory === null) result.ends++
    else gateway.knownFloods.add(name)
    gateway.baseline = await gateway.collectMemory()
  }

  async function measure(group: FloodGroup, result: FloodMeasurement): Promise<void> {
    const { url, baseline } = gateway
    const requestAt = requestsOf(url, tokens.deployer)
    result.idle.push(await probe({ url, requestAt, count: idleCalls, interval }))
    const { flooded, direct, counts, peak, memory } = await runFloods(group)
    result.flooded.push(flooded)
    result.direct.push(direct)
    result.counts.push(counts)
    if (peak !== null) result.peak = Math.max(result.peak ?? 0, peak)
    if (memory === null) result.ends++
    else if (baseline !== null)
      result.growth = largestGrowth(result.growth, await growthAfterRelease(gateway, baseline, memory))
  }

  const measured = [...groups].map(([name, group]) => ({ name, group, result: emptyMeasurement() }))
  for (let round = 0; round <= rounds; round++)
    for (const { name, group, result } of measured) {
      // A flood that ends the process would also end the process that replaces it.
      const needsWarmUp = !gateway.knownFloods.has(name) && (round === 0 || result.ends === 0)
      if (needsWarmUp) await warm(name, group, result)
      if (round > 0) await measure(group, result)
      console.error(`${new Date().toISOString()} round ${round}: ${name}`)
    }
  console.log(`load average ${loadavg()[0]?.toFixed(1)}\n`)
  console.log(fairnessTable(new Map(measured.map(({ name, group, result }) => [`${name}: ${group.title}`, result]))))
  if (measured.some(({ result }) => exceededBounds(result).length > 0)) process.exitCode = 1
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

interface FloodRun {
  readonly flooded: ProbeResult
  readonly direct: ProbeResult
  readonly counts: FloodCounts
  readonly peak: number | null
  /** After the flood. Null if the gateway process ended. */
  readonly memory: CollectedMemory | null
}

async function supportedGroups(): Promise<ReadonlyMap<string, FloodGroup>> {
  const hasNetworks = await canUseLoopbackAddresses()
  const supported = new Map<string, FloodGroup>()
  for (const name of names) {
    const group = floodGroup(name, hasNetworks)
    if (group !== null) supported.set(name, group)
    else console.log(`Skipped ${name}: only Linux has a loopback address for each network.`)
  }
  return supported
}

/** Four reads, then a change. */
function requestsOf(url: string, token: string): (index: number) => Buffer {
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

/** Collects again while the growth exceeds its bound. */
async function growthAfterRelease(
  gateway: MeasuredGateway,
  baseline: CollectedMemory,
  first: CollectedMemory,
): Promise<CollectedMemory> {
  let growth = growthOf(baseline, first)
  for (let attempt = 1; attempt < releaseAttempts; attempt++) {
    if (Object.values(growth).every((bytes) => bytes <= bounds.growthBytes)) break
    await wait(1_000)
    const memory = await gateway.collectMemory()
    if (memory === null) break
    growth = growthOf(baseline, memory)
  }
  return growth
}
