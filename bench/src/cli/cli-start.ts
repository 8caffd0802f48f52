/**
 * Measures how much longer a wrapped command takes than an empty program, and how much the check before convox adds.
 * Each comparison uses values of the same round. Measures the single executable only if it was built. Exits with 1 if a
 * bound is exceeded.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine } from '../machine.ts'
import { percentile } from '../report/statistics.ts'
import { shippedCli, startPolicyGateway, timeProgram } from './policy-gateway.ts'

const rounds = Number(process.argv[2] ?? 100)
const [node = process.execPath, executable = builtExecutable()] = process.argv.slice(3)
const empty = join(dirname(executable), 'empty')

interface Run {
  readonly name: string
  /** The words after the command's name; null for the empty program. */
  readonly words: readonly string[] | null
  readonly environment?: NodeJS.ProcessEnv
}

/** The maximum median of the differences between two programs, in milliseconds. */
interface Bound {
  readonly run: Run
  readonly reference: Run
  readonly maximum: number
}

const emptyRun: Run = { name: 'an empty program', words: null }
const rackUrl = 'http://convox:rgs_bench@127.0.0.1:1/rack/bench'
const passThrough: Run = { name: 'apps, RACK_URL set', words: ['apps'], environment: { RACK_URL: rackUrl } }
const pairs = ['apps', 'releases promote R1 -a web', 'env set A=b -a web'].map((line) => {
  const words = line.split(' ')
  return {
    unchecked: { name: `${line}, --no-precheck`, words: ['--no-precheck', ...words] },
    checked: { name: line, words },
  }
})
const runs: readonly Run[] = [emptyRun, passThrough, ...pairs.flatMap(({ unchecked, checked }) => [unchecked, checked])]
const bounds: readonly Bound[] = [
  { run: passThrough, reference: emptyRun, maximum: 25 },
  ...pairs.flatMap(({ unchecked, checked }) => [
    { run: checked, reference: emptyRun, maximum: 60 },
    { run: checked, reference: unchecked, maximum: 30 },
  ]),
]

interface Program {
  readonly name: string
  /** The command line of a program that does nothing. */
  readonly empty: readonly string[]
  /** The command line of the CLI, without its arguments. */
  readonly command: readonly string[]
}

const programs: Program[] = [{ name: 'JavaScript', empty: [node, '-e', '0'], command: [node, shippedCli] }]
if (existsSync(executable) && existsSync(empty))
  programs.push({ name: 'executable', empty: [empty], command: [executable] })
else
  console.log(
    'The executable is not measured, because it was not built. Run `node infra/build-executables.mjs --with-empty`.',
  )

const { environment, close } = await startPolicyGateway()
try {
  console.log(JSON.stringify({ ...machine(null), node, rounds }))
  const measurements = programs.flatMap((program) =>
    runs.map((run) => ({ program, run, times: new Float64Array(rounds) })),
  )
  for (const { program, run } of measurements) await prepare(program, run)
  for (let round = 0; round < rounds; round++)
    for (const { program, run, times } of inTurns(measurements, round))
      times[round] = timeProgram(commandOf(program, run), { ...environment, ...run.environment })
  for (const program of programs) {
    const timesOf = (run: Run) =>
      measurements.find((one) => one.program === program && one.run === run)?.times ?? new Float64Array()
    for (const run of runs)
      console.log(`${program.name}: ${run.name}: p50 ${formatPercentile(timesOf(run).slice().sort(), 50)} ms`)
    for (const bound of bounds) report(program, bound, timesOf)
  }
} finally {
  close()
}

function commandOf({ empty, command }: Program, { words }: Run): readonly string[] {
  return words === null ? empty : [...command, ...words]
}

/**
 * The first run asks the gateway and caches its response. The gateway is in this process, so this function must not
 * block.
 */
async function prepare(program: Program, run: Run): Promise<void> {
  const [file = '', ...words] = commandOf(program, run)
  for (let time = 0; time < 3; time++)
    await once(spawn(file, words, { env: { ...environment, ...run.environment }, stdio: 'ignore' }), 'close')
}

/** Alternates the order in each round, so that no program always runs after the same other program. */
function inTurns<T>(list: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? list : list.toReversed()
}

function report(program: Program, { run, reference, maximum }: Bound, timesOf: (run: Run) => Float64Array): void {
  const referenceTimes = timesOf(reference)
  const added = timesOf(run)
    .map((time, round) => time - (referenceTimes[round] ?? Number.NaN))
    .sort()
  const isMet = percentile(added, 50) <= maximum
  if (!isMet) process.exitCode = 1
  console.log(
    `${program.name}: ${run.name}: ${formatPercentile(added, 50)} ms more than ${reference.name} (middle half: ${formatPercentile(added, 25)} to ${formatPercentile(added, 75)}; at most ${maximum}: ${isMet ? 'met' : 'MISSED'}; load ${loadavg()[0]?.toFixed(1)})`,
  )
}

function formatPercentile(sorted: Float64Array, percent: number): string {
  return percentile(sorted, percent).toFixed(1)
}

function builtExecutable(): string {
  const { platform, arch } = process
  return fileURLToPath(new URL(`../../../infra/dist-executables/rack-gateway-${platform}-${arch}`, import.meta.url))
}
