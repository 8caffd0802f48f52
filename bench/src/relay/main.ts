/** Compares rack-gateway with and without its relay. Also measures the convox at CONVOX_BIN, if the variable is set. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { certificatePath } from '@rack-gateway/testing/certificates'
import { prepareGateway } from '../gateway-environment.ts'
import { machine } from '../machine.ts'
import { startSubject } from '../processes/subject-process.ts'
import { percentile, spread } from '../report/statistics.ts'

const rounds = Number(process.argv[2] ?? 20)
const requests = { warmUp: 50, count: 200 }
/** The maximum that the relay may add: a share of a round trip, and milliseconds of a start. */
const targets = { roundTrip: 0.1, start: 60 }
const rackToken = 'bench-rack-password'
const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const certificate = certificatePath('self-signed')
const caller = file('bench/dist/relay/caller.js')

const stops: (() => Promise<unknown>)[] = []
const home = await mkdtemp(join(tmpdir(), 'rack-gateway-relay-'))
stops.push(() => rm(home, { recursive: true, force: true }))
try {
  console.log(JSON.stringify(machine(null)))
  const rack = await start('rack', { BENCH_RACK_TOKEN: rackToken })
  const prepared = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(prepared.stop)
  const gateway = await start('gateway', prepared.variables)
  const destinations = [
    { name: 'the gateway behind TLS', url: gateway.url, token: prepared.tokens.viewer },
    { name: 'a server behind TLS that answers at once', url: rack.url, token: rackToken },
  ]
  for (const { name, url, token } of destinations) {
    const front = await start('tls-front', {
      BENCH_TARGET: url,
      BENCH_CERT: certificate,
      BENCH_KEY: certificatePath('self-signed-key'),
    })
    await writeConfig(front.url, token)
    await compareRoundTrips(name)
    if (url === gateway.url) await compareStarts()
  }
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

async function start(program: string, environment: Readonly<Record<string, string>>) {
  const subject = await startSubject({ program, environment, core: null })
  stops.push(subject.stop)
  return subject
}

interface Pair {
  readonly without: number
  readonly with: number
}

/** Alternates whether the relay is first, so that other load on the machine affects both equally. */
async function measurePairs(measure: (flags: readonly string[]) => Promise<number>): Promise<Pair[]> {
  const pairs: Pair[] = []
  const noRelay = ['--no-relay']
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? noRelay : []
    const one = await measure(first)
    const other = await measure(round % 2 === 0 ? [] : noRelay)
    pairs.push(round % 2 === 0 ? { without: one, with: other } : { without: other, with: one })
  }
  return pairs
}

async function compareRoundTrips(name: string): Promise<void> {
  const pairs = await measurePairs(async (flags) => {
    const { stdout } = await run(flags, process.execPath, [caller, String(requests.warmUp), String(requests.count)])
    const micros: unknown = JSON.parse(stdout)
    if (!Array.isArray(micros) || micros.length !== requests.count)
      throw new Error('the caller did not measure all requests')
    return percentile(Float64Array.from(micros).sort(), 50)
  })
  const without = spread(pairs.map((pair) => pair.without)).median
  const added = spread(pairs.map((pair) => pair.with - pair.without))
  const share = spread(pairs.map((pair) => pair.with / pair.without - 1)).median
  console.log(
    `round trip to ${name}: ${without.toFixed(0)} µs without the relay; added per pair: median ${added.median.toFixed(0)} µs (${added.min.toFixed(0)} to ${added.max.toFixed(0)}), ${(share * 100).toFixed(0)} % (target ${targets.roundTrip * 100} %: ${share <= targets.roundTrip ? 'met' : `not met here; met where a round trip takes ${(added.median / targets.roundTrip / 1_000).toFixed(1)} ms or more`}) (load ${loadavg()[0]?.toFixed(1)})`,
  )
}

async function compareStarts(): Promise<void> {
  const convox = process.env.CONVOX_BIN
  await compareStart('from start until convox runs', timeUntilRunning)
  await compareStart('from start to end of a program that does nothing', (flags) => timeOf(flags, '/bin/true', []))
  if (convox !== undefined)
    await compareStart('from start to end of convox apps', (flags) => timeOf(flags, convox, ['apps']))
}

async function compareStart(what: string, measure: (flags: readonly string[]) => Promise<number>): Promise<void> {
  const pairs = await measurePairs(measure)
  const without = spread(pairs.map((pair) => pair.without)).median
  const added = spread(pairs.map((pair) => pair.with - pair.without))
  console.log(
    `${what}: ${without.toFixed(0)} ms without the relay; added per pair: median ${added.median.toFixed(0)} ms (${added.min.toFixed(0)} to ${added.max.toFixed(0)}) (target ${targets.start} ms: ${added.median <= targets.start ? 'met' : 'not met'}) (load ${loadavg()[0]?.toFixed(1)})`,
  )
}

async function timeOf(flags: readonly string[], program: string, words: readonly string[]): Promise<number> {
  return (await run(flags, program, words)).milliseconds
}

/** The time until convox runs: `date`, in place of convox, prints its start in nanoseconds. */
async function timeUntilRunning(flags: readonly string[]): Promise<number> {
  const startedAt = performance.timeOrigin + performance.now()
  const { stdout } = await run(flags, '/bin/date', ['+%s%N'])
  return Number(stdout) / 1e6 - startedAt
}

async function run(flags: readonly string[], program: string, words: readonly string[]) {
  const startedAt = process.hrtime.bigint()
  const child = spawn(
    process.execPath,
    [file('apps/cli/dist/rack-gateway.js'), '--no-precheck', ...flags, '--', ...words],
    {
      env: {
        HOME: home,
        PATH: process.env.PATH,
        RACK_GATEWAY_CONFIG_DIR: join(home, 'config'),
        CONVOX_CONFIG: join(home, 'convox'),
        CONVOX_BIN: program,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`)
  return { stdout, milliseconds: Number(process.hrtime.bigint() - startedAt) / 1e6 }
}

async function writeConfig(url: string, token: string): Promise<void> {
  await mkdir(join(home, 'config'), { mode: 0o700, recursive: true })
  const config = { gateways: { bench: { url, ca: certificate } }, tokens: { bench: { token } }, current: 'bench' }
  await writeFile(join(home, 'config', 'config.json'), JSON.stringify(config), { mode: 0o600 })
}
