/**
 * How much longer a wrapped command takes than an empty program: `node -e 0` and, where one was built, the single
 * executable against an empty one. All take turns in each round, and what is compared is of the same round.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine } from '../machine.ts'
import { percentile } from '../report/statistics.ts'
import { shippedCli, startKnownPolicy, timed } from './known-policy.ts'

const rounds = Number(process.argv[2] ?? 100)
const [node = process.execPath, executable = builtExecutable()] = process.argv.slice(3)
const empty = join(dirname(executable), 'empty')

const rackUrl = 'http://convox:rgs_bench@127.0.0.1:1/rack/bench'
/** Another word each time: such a command is judged, and not remembered. */
const eachTime = 'R{round}'
const cases = [
  { name: 'RACK_URL set', words: ['apps'], more: { RACK_URL: rackUrl }, most: 25 },
  { name: 'from the file, policy known, command known', words: ['apps'], more: {}, most: 45 },
  {
    name: 'from the file, policy known, command new',
    words: ['releases', 'promote', eachTime, '-a', 'web'],
    more: {},
    most: 45,
  },
]

interface Program {
  readonly name: string
  readonly empty: readonly string[]
  readonly command: readonly string[]
}

const programs: Program[] = [{ name: 'JavaScript', empty: [node, '-e', '0'], command: [node, shippedCli] }]
if (existsSync(executable) && existsSync(empty))
  programs.push({ name: 'executable', empty: [empty], command: [executable] })
else
  console.log('only the JavaScript is measured: make executables with: node infra/build-executables.mjs --with-empty')

const { environment, close } = await startKnownPolicy()
try {
  console.log(JSON.stringify({ ...machine(null), node, rounds }))
  for (const program of programs) for (const one of cases) await warm([...program.command, ...one.words], one.more)
  const measured = programs.flatMap((program) => [
    { name: `${program.name}: empty`, most: Number.POSITIVE_INFINITY, run: () => timed(program.empty, environment) },
    ...cases.map(({ name, words, more, most }) => ({
      name: `${program.name}: ${name}`,
      most,
      run: (round: number) =>
        timed([...program.command, ...words.map((word) => word.replace(eachTime, `R${round}`))], {
          ...environment,
          ...more,
        }),
    })),
  ])
  const times = measured.map(() => new Float64Array(rounds))
  for (let round = 0; round < rounds; round++)
    for (const index of inTurns(measured.length, round)) {
      const list = times[index]
      if (list !== undefined) list[round] = measured[index]?.run(round) ?? Number.NaN
    }
  for (const [index, { name, most }] of measured.entries()) {
    const beside = times[index - (index % (cases.length + 1))]
    report(name, most, { own: times[index] ?? new Float64Array(), beside: beside ?? new Float64Array() })
  }
} finally {
  close()
}

/** Forwards in one round and backwards in the next, so that none is always after the same one. */
function inTurns(count: number, round: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  return round % 2 === 0 ? order : order.reverse()
}

function report(name: string, most: number, { own, beside }: { own: Float64Array; beside: Float64Array }): void {
  const added = own.map((time, round) => time - (beside[round] ?? Number.NaN)).sort()
  const whole = own.slice().sort()
  const shown = (values: Float64Array, percent: number) => percentile(values, percent).toFixed(1)
  const verdict = Number.isFinite(most)
    ? `; added: p50 ${shown(added, 50)} ms, from ${shown(added, 25)} to ${shown(added, 75)} for the middle half (at most ${most}: ${percentile(added, 50) <= most ? 'held' : 'NOT held'})`
    : ''
  console.log(`${name}: p50 ${shown(whole, 50)} ms${verdict} (load ${loadavg()[0]?.toFixed(1)})`)
}

/** The first time, the gateway is asked, and its answer and the compiled code are kept. */
async function warm([program = '', ...words]: readonly string[], more: NodeJS.ProcessEnv): Promise<void> {
  for (let time = 0; time < 5; time++)
    await once(spawn(program, words, { env: { ...environment, ...more }, stdio: 'ignore' }), 'close')
}

function builtExecutable(): string {
  const { platform, arch } = process
  return fileURLToPath(new URL(`../../../infra/dist-executables/rack-gateway-${platform}-${arch}`, import.meta.url))
}
