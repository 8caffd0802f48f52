/** What a recorded session costs: websocket frames through two gateways, one that records and one that doesn't, in turns. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareGateway } from './gateway-environment.ts'
import { closedLoop } from './loads/closed-loop.ts'
import { type EchoOptions, echo } from './loads/echo.ts'
import { machine } from './machine.ts'
import { findCores, keepToRest } from './processes/cores.ts'
import { startSubject } from './processes/subject-process.ts'
import { spread } from './report/statistics.ts'

const rounds = Number(process.argv[2] ?? 5)
const milliseconds = 10_000
/** The share of an unrecorded websocket's frames that a recorded one has to have. */
const target = 0.85
const rackToken = 'bench-rack-password'
const policy = 'version: 1\nrecordings: { rules: { all: { mode: strict } } }\n'

const cores = findCores()
keepToRest(cores)
console.log(JSON.stringify(machine(cores)))
const stops: (() => Promise<unknown>)[] = []
try {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-recordings-'))
  stops.push(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'policy.yaml'), policy)
  const rack = await startSubject({
    program: 'rack',
    environment: { BENCH_RACK_TOKEN: rackToken },
    core: cores?.rest ?? null,
  })
  stops.push(rack.stop)
  const prepared = await prepareGateway({ url: rack.url, token: rackToken })
  stops.push(prepared.stop)
  const start = async (more: Readonly<Record<string, string>>) => {
    const environment = { ...prepared.variables, ...more }
    const subject = await startSubject({ program: 'gateway', environment, core: cores?.subject ?? null })
    stops.push(subject.stop)
    return subject
  }
  const recording = { RECORDINGS: directory, POLICY_FILE: join(directory, 'policy.yaml') }
  const subjects = { plain: await start({}), recorded: await start(recording) }
  const { admin } = prepared.tokens
  await compare(subjects, { name: '1 websocket', connections: 1, frames: {}, token: admin })
  await compare(subjects, { name: '32 websockets, which fill the core', connections: 32, frames: {}, token: admin })
  // As much as goes through: what a program prints without end.
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

interface Work {
  readonly name: string
  readonly connections: number
  readonly frames: EchoOptions
  readonly token: string
}

/** In turns, each first as often as the other, so that whatever else the machine does falls on both alike. */
async function compare(
  { plain, recorded }: { readonly plain: Subject; readonly recorded: Subject },
  work: Work,
): Promise<void> {
  const ratios: number[] = []
  const micros: number[] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [plain, recorded] : [recorded, plain]
    const done = new Map<Subject, { readonly rate: number; readonly cpu: number }>()
    for (const subject of order) done.set(subject, await measure(subject, work))
    const [without, with_] = [done.get(plain), done.get(recorded)]
    if (!without || !with_) throw new Error('a round measures both')
    ratios.push(with_.rate / without.rate)
    micros.push(with_.cpu - without.cpu)
    console.log(
      `${work.name}, round ${round + 1}: ${Math.round(without.rate)} frames/s without, ${Math.round(with_.rate)} with; processor time a frame ${without.cpu.toFixed(1)} and ${with_.cpu.toFixed(1)} µs (load ${loadavg()[0]?.toFixed(1)})`,
    )
  }
  const ratio = spread(ratios)
  const verdict = ratio.median >= target ? 'met' : 'not met'
  console.log(
    `${work.name}: recorded is ${ratio.median.toFixed(2)} of unrecorded (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}), ${spread(micros).median.toFixed(1)} µs a frame more; target ${target}: ${verdict}`,
  )
}

async function measure(subject: Subject, { connections, frames, token }: Work) {
  const exchange = echo(handshake(subject.url, token), frames)
  const before = await subject.cpuMicros()
  const { count, seconds } = await closedLoop({ url: subject.url, exchange, connections, milliseconds })
  const sent = count * (frames.atOnce ?? 1)
  return { rate: sent / seconds, cpu: ((await subject.cpuMicros()) - before) / sent }
}

/** A session that is recorded; the rack echoes whatever is asked. */
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
