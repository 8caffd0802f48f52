/** What forwarding costs: all ways side by side in one run. Prints tables, keeps every figure in `bench/results/`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { findCores, keepToRest } from './cores.ts'
import { prepareGateway } from './gateway-environment.ts'
import { machine } from './machine.ts'
import { report } from './report.ts'
import { runRounds } from './rounds.ts'
import { expectSameAnswers } from './same-answer.ts'
import { startSubject } from './subject-process.ts'
import { type Subject, startSubjects, subjectNames } from './subjects.ts'
import { summarise } from './summary.ts'

const settings = {
  rounds: 3,
  warmUp: { requests: 20_000, seconds: 16 },
  levels: [
    { connections: 32, milliseconds: 2_500 },
    { connections: 1, milliseconds: 1_500 },
  ],
}
const rackToken = 'bench-rack-password'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))

const cores = findCores()
keepToRest(cores)
const stops: (() => Promise<void>)[] = []
try {
  const rack = await startSubject({
    program: 'rack',
    environment: { BENCH_RACK_TOKEN: rackToken },
    core: cores?.rest ?? null,
  })
  stops.push(rack.stop)
  const upstream = { url: rack.url, token: rackToken }
  const gateway = await prepareGateway(upstream)
  stops.push(gateway.stop)
  const subjects: Subject[] = []
  stops.push(async () => {
    await Promise.all(subjects.map(({ process }) => process.stop()))
  })
  await startSubjects({ rack: upstream, gateway, core: cores?.subject ?? null }, subjects)
  const answerBytes = await expectSameAnswers(subjects)
  const about = { date: new Date().toISOString(), machine: machine(cores), answerBytes, settings }
  console.log(JSON.stringify(about.machine))
  const measurements = await runRounds({ ...settings, subjects, cores, signal: stopping.signal })
  const summaries = summarise(measurements, [subjectNames.httpProxy, subjectNames.undici])
  console.log(`\n${report(summaries)}\n`)
  await keep({ ...about, summaries, measurements })
} finally {
  for (const stop of stops.reverse()) await stop().catch((error: unknown) => console.error(error))
}

async function keep(results: { readonly date: string } & Record<string, unknown>): Promise<void> {
  const directory = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(directory, { recursive: true })
  const file = `${directory}forwarding-${results.date.replaceAll(':', '-')}.json`
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  console.log(file)
}
