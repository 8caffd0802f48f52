/** Measures WebSocket frames through two gateways in turn, one with recordings and one without. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareGateway } from './gateway-environment.ts'
import { closedLoop } from './loads/closed-loop.ts'
import { type EchoOptions, echo } from './loads/echo.ts'
import { machine } from './machine.ts'
import { findCores, moveToOtherCore } from './processes/cores.ts'
import { startSubject } from './processes/subject-process.ts'
import { spread } from './report/statistics.ts'

const rounds = Number(process.argv[2] ?? 8)
/** Many short rounds, because the system moves processes between cores within minutes. */
const milliseconds = 5_000
/** The minimum rate of a recorded WebSocket, as a share of the rate of an unrecorded WebSocket. */
const target = 0.85
const rackToken = 'bench-rack-password'
const policy = 'version: 1\nrecordings: { rules: { all: { mode: strict } } }\n'

const cores = findCores()
moveToOtherCore(cores)
console.log(JSON.stringify(machine(cores)))
const stops: (() => Promise<unknown>)[] = []
try {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-recordings-'))
  stops.push(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'policy.yaml'), policy)
  const environment = { BENCH_RACK_TOKEN: rackToken }
  const rack = await startSubject({ program: 'rack', environment, core: cores?.rest ?? null })
  stops.push(rack.stop)
  const prepared = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(prepared.stop)
  const start = async (extraVariables: Readonly<Record<string, string>>) => {
    const environment = { ...prepared.variables, ...extraVariables }
    const subject = await startSubject({ program: 'gateway', environment, core: cores?.subject ?? null })
    stops.push(subject.stop)
    return subject
  }
  const recording = { RECORDINGS: directory, POLICY_FILE: join(directory, 'policy.yaml') }
  const subjects = { plain: await start({}), recorded: await start(recording) }
  const { admin } = prepared.tokens
  await compare(subjects, { name: '1 websocket', connections: 1, frames: {}, token: admin })
  await compare(subjects, { name: '32 websockets', connections: 32, frames: {}, token: admin })
  // Measures the maximum throughput, as with a program that prints without end.
  await compare(subjects, {
    name: '1 websocket without pause',
    connections: 1,
    frames: { bytes: 8_000, atOnce: 64 },
    token: admin,
  })
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

type Subject = Awaited<ReturnType<typeof startSubject>>

interface Workload {
  readonly name: string
  readonly connections: number
  readonly frames: EchoOptions
  readonly token: string
}

interface FrameMeasurement {
  /** Frames a second. */
  readonly rate: number
  /** Microseconds of processor time per frame. */
  readonly cpu: number
}

/** Alternates which gateway is first, so that other load on the machine affects both equally. */
async function compare(
  { plain, recorded }: { readonly plain: Subject; readonly recorded: Subject },
  workload: Workload,
): Promise<void> {
  const pairs: { readonly without: FrameMeasurement; readonly recorded: FrameMeasurement }[] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [plain, recorded] : [recorded, plain]
    const measurements = new Map<Subject, FrameMeasurement>()
    for (const subject of order) measurements.set(subject, await measure(subject, workload))
    const [without, withRecording] = [measurements.get(plain), measurements.get(recorded)]
    if (!without || !withRecording) throw new Error('a round did not measure both gateways')
    pairs.push({ without, recorded: withRecording })
    console.log(
      `${workload.name}, round ${round + 1}: ${Math.round(without.rate)} frames/s without, ${Math.round(withRecording.rate)} with; processor time a frame ${without.cpu.toFixed(1)} and ${withRecording.cpu.toFixed(1)} µs (load ${loadavg()[0]?.toFixed(1)})`,
    )
  }
  const ratio = spread(pairs.map(({ without, recorded }) => recorded.rate / without.rate))
  const addedCpu = spread(pairs.map(({ without, recorded }) => recorded.cpu - without.cpu))
  const result = ratio.median >= target ? 'met' : 'not met'
  console.log(
    `${workload.name}: recorded is ${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}) of unrecorded, ${addedCpu.median.toFixed(1)} µs a frame more; target ${target}: ${result}`,
  )
}

async function measure(subject: Subject, { connections, frames, token }: Workload): Promise<FrameMeasurement> {
  const exchange = echo(handshake(subject.url, token), frames)
  const before = await subject.cpuMicros()
  const { count, seconds } = await closedLoop({ url: subject.url, exchange, connections, milliseconds })
  const sent = count * (frames.atOnce ?? 1)
  return { rate: sent / seconds, cpu: ((await subject.cpuMicros()) - before) / sent }
}

/** The handshake of a session that can be recorded. The rack echoes every frame. */
function handshake(url: string, token: string): Buffer {
  const lines = [
    'GET /apps/app-0/processes/web-1/exec HTTP/1.1',
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${token}`,
    'Command: bash',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
