/** Where the gateway's processor time goes: --cpu-prof under the same load. The profile stays in `bench/results/`. */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { findCores, keepToRest } from './cores.ts'
import { prepareGateway } from './gateway-environment.ts'
import { load } from './load.ts'
import { functionOf, lastPart, partOf, type SelfTime, selfTimes } from './self-time.ts'
import { startSubject } from './subject-process.ts'
import { listApps } from './subjects.ts'

const reads = process.argv[2] ?? 'strict'
const directory = fileURLToPath(new URL(`../results/profile-${reads}-${process.pid}/`, import.meta.url))
const rackToken = 'bench-rack-password'

const cores = findCores()
keepToRest(cores)
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
    const { requests, seconds } = await load({
      url: gateway.url,
      request: listApps(gateway.url, environment.token),
      connections: 32,
      milliseconds: 8_000,
    }).finally(gateway.stop)
    console.log(`${(requests / seconds).toFixed(0)} requests/s under the profiler, reads ${reads}`)
  } finally {
    await environment.stop()
  }
} finally {
  await rack.stop()
}

const [file] = await readdir(directory)
if (file === undefined) throw new Error('the gateway left no profile')
const profile = lastPart(JSON.parse(await readFile(directory + file, 'utf8')), 6_000_000)
print('by part', selfTimes(profile, partOf), 20)
print('by function', selfTimes(profile, functionOf), 40)
console.log(directory + file)

function print(title: string, times: readonly SelfTime[], lines: number): void {
  console.log(`\n${title}`)
  for (const { place, share } of times.slice(0, lines))
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${place}`)
}
