/** What the check before convox adds to a command when the caller's policy is known: `--no-precheck` and without, in turns. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { machine } from '../machine.ts'
import { percentile } from '../report/statistics.ts'
import { shippedCli, startKnownPolicy, timed } from './known-policy.ts'

/** Stands for a word that is another one each time: such a command isn't remembered. */
const eachTime = 'R{round}'
/** Stands for another release each time, as a rack names it. */
const release = '{release}'
const rounds = Number(process.argv[2] ?? 200)
const commands = [
  ['apps'],
  ['releases', 'promote', 'R1', '-a', 'web'],
  ['releases', 'promote', release, '-a', 'web'],
  ['releases', 'promote', eachTime, '-a', 'web'],
  ['env', 'set', 'A=b', '-a', 'web'],
  ['deploy', '-a', 'web'],
]

const { environment, close } = await startKnownPolicy()
try {
  console.log(JSON.stringify({ ...machine(null), node: process.version }))
  for (const words of commands) {
    await warm(words)
    report(words, measure(words))
  }
} finally {
  close()
}

interface Pair {
  readonly without: number
  readonly with: number
}

/** In turns, so that whatever else the machine does falls on both alike. */
function measure(words: readonly string[]): Pair[] {
  return Array.from({ length: rounds }, (_, round) => {
    const now = words.map((word) => word.replace(eachTime, `R${round}`).replace(release, releaseOf(round)))
    if (round % 2 === 0) return { without: command(['--no-precheck', ...now]), with: command(now) }
    const checked = command(now)
    return { without: command(['--no-precheck', ...now]), with: checked }
  })
}

function releaseOf(round: number): string {
  const letters = String(round).replace(/[0-9]/g, (digit) => String.fromCharCode(65 + Number(digit)))
  return `R${letters.padStart(10, 'Z')}`
}

function command(words: readonly string[]): number {
  return timed([process.execPath, shippedCli, ...words], environment)
}

/** The first time, the gateway is asked, and its answer kept. */
async function warm(words: readonly string[]): Promise<void> {
  for (let time = 0; time < 5; time++) {
    const now = words.map((word) => word.replace(release, 'RXXXXXXXXXX'))
    await once(spawn(process.execPath, [shippedCli, ...now], { env: environment, stdio: 'ignore' }), 'close')
  }
}

function report(words: readonly string[], pairs: readonly Pair[]): void {
  const of = (values: readonly number[]) => Float64Array.from(values).sort()
  const [without, checked, added] = [
    of(pairs.map((pair) => pair.without)),
    of(pairs.map((pair) => pair.with)),
    of(pairs.map((pair) => pair.with - pair.without)),
  ]
  const shown = (values: Float64Array | undefined, percent: number) =>
    values === undefined ? '' : percentile(values, percent).toFixed(1)
  console.log(
    `${words.join(' ')}: ${shown(without, 50)} ms without, ${shown(checked, 50)} ms with; added per pair: median ${shown(added, 50)} ms, from ${shown(added, 25)} to ${shown(added, 75)} for the middle half (load ${loadavg()[0]?.toFixed(1)})`,
  )
}
