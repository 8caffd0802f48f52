import { writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Loaded into a gateway before its own code. On SIGUSR2, it collects garbage and writes the heap size to stderr. */
setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')
let reports = 0
process.on('SIGUSR2', function report() {
  if (typeof collect !== 'function') throw new Error('this runtime has no gc')
  for (let round = 0; round < 3; round++) collect()
  reports += 1
  writeSync(2, `memory ${reports} ${JSON.stringify(process.memoryUsage())}\n`)
})
