/** Runs the gateway with `--cpu-prof` and the load of a workload, and prints the path of the profile. */
import { mkdir, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readArguments } from './arguments.ts'
import { prepareGateway } from './gateway-environment.ts'
import { findCores, moveToOtherCore } from './processes/cores.ts'
import { startSubject } from './processes/subject-process.ts'
import { subjectNames } from './subject-names.ts'
import { listApps, type Role, workloads } from './workloads/index.ts'

const [reads = 'strict', ...names] = process.argv.slice(2)
const [workload = listApps] = readArguments(names.length === 0 ? [listApps.name] : names, workloads).workloads
const [load] = workload.loads
if (!load) throw new Error(`${workload.name} has no load`)
const directory = fileURLToPath(
  new URL(`../results/profile-${workload.name}-${reads}-${process.pid}/`, import.meta.url),
)
const rackToken = 'bench-rack-password'

const cores = findCores()
moveToOtherCore(cores)
await mkdir(directory, { recursive: true })
const rack = await startSubject({
  program: 'rack',
  environment: { BENCH_RACK_TOKEN: rackToken },
  core: cores?.rest ?? null,
})
try {
  const environment = await prepareGateway({ url: rack.url, token: rackToken })
  try {
    const gateway = await startSubject({
      program: 'gateway',
      environment: { ...environment.variables, AUDIT_READS: reads },
      core: cores?.subject ?? null,
      nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${directory}`],
    })
    const { tokens } = environment
    const target = {
      name: subjectNames.durable,
      url: gateway.url,
      hasMasks: true,
      password: (role: Role) => tokens[role],
    }
    try {
      for (let time = 0; time < 4; time++) {
        const { count, seconds } = await load.run(target)
        console.log(`${(count / seconds).toFixed(0)} ${workload.unit}s/s under the profiler, reads ${reads}`)
      }
    } finally {
      await gateway.stop()
    }
  } finally {
    await environment.stop()
  }
} finally {
  await rack.stop()
}

const [file] = await readdir(directory)
if (file === undefined) throw new Error('the gateway left no profile')
console.log(directory + file)
