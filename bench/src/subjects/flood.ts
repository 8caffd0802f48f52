/** Runs one flood with the lowest priority, so that it takes no processor time from other processes on its core. */
import { setPriority } from 'node:os'
import { floods } from '../fairness/floods.ts'
import { announce, requiredVariable } from './announce.ts'

setPriority(19)
const flood = floods[requiredVariable('BENCH_FLOOD')]
if (flood === undefined) throw new Error(`There is no flood ${requiredVariable('BENCH_FLOOD')}.`)
const running = flood.start({ url: requiredVariable('BENCH_GATEWAY'), token: requiredVariable('BENCH_TOKEN') })
announce({
  url: '',
  answer: async () => ({ statuses: Object.fromEntries(running.statuses), received: running.received() }),
  close: async () => running.stop(),
})
