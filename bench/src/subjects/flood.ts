/** Runs one flood with the lowest priority, so that it takes no processor time from other processes on its core. */
import { setPriority } from 'node:os'
import type { FloodTarget, RunningFlood } from '../fairness/flood.ts'
import { floods } from '../fairness/floods.ts'
import { announce, requiredVariable } from './announce.ts'

/** Milliseconds after which a flood ends even if the benchmark does not stop it. */
const longestFlood = 180_000

setPriority(19)
const flood = floods[requiredVariable('BENCH_FLOOD')]
if (flood === undefined) throw new Error(`There is no flood ${requiredVariable('BENCH_FLOOD')}.`)
const target: FloodTarget = {
  url: requiredVariable('BENCH_GATEWAY'),
  tokens: JSON.parse(requiredVariable('BENCH_TOKENS')),
}
await flood.prepare?.(target)
let running: RunningFlood | null = null

announce({
  url: '',
  async response(question) {
    if ('start' in question && running === null) {
      running = flood.start(target)
      setTimeout(() => process.exit(), longestFlood)
    }
    return { statuses: Object.fromEntries(running?.statuses ?? []), received: running?.received() ?? 0 }
  },
  close: async () => running?.stop(),
})
