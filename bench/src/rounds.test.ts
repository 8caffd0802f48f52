import { expect, test } from 'vitest'
import type { GatewayEnvironment } from './gateway-environment.ts'
import type { RecordedEvents } from './recorded.ts'
import { orderOfRound, runRounds, subjectsOf, warmUpSubject } from './rounds.ts'
import { type SubjectName, subjectNames } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import { subjectProcess } from './testing/subject-process.ts'
import type { Workload } from './workloads/index.ts'

const { rack, undici, durable, comparedDurable, relaxed } = subjectNames

const gateway = {} as GatewayEnvironment

function subject(name: SubjectName, records: boolean, process = subjectProcess()): Subject {
  return { name, process, url: '', password: () => '', hasMasks: records, gateway: records ? gateway : null }
}
const subjects = [subject(rack, false), subject(undici, false), subject(durable, true), subject(relaxed, true)]

function workloadOf(order: string[]): Workload {
  const run = async ({ name }: { name: string }) => {
    order.push(name)
    return { count: 10, seconds: 2, latencies: Float64Array.of(1) }
  }
  const load = { title: '4 connections', connections: 4, run }
  return {
    name: 'w',
    title: '',
    unit: 'request',
    subjects: [rack, undici, durable, comparedDurable],
    loads: [load],
    warmUp: { ...load, count: 0, times: 0, run: async () => ({ count: 4, seconds: 1, latencies: Float64Array.of(1) }) },
    expectSame: async () => {},
  }
}

const log = () => {}
const wait = async () => {}
const { signal } = new AbortController()
const noRecords = { lastSequenceNumber: async () => 0, since: async () => ({ records: 0, commits: 0, drafts: [] }) }
const silent = { records: { wanted: 0, achieved: 0 }, commits: { wanted: 0, achieved: 0 } }
const silentWriter = { start: async () => {}, stop: async () => silent, cpuMicros: async () => 0 }
const supporting = { rack: subjectProcess(), postmasters: [], writer: silentWriter, cores: null }

test('the recording and the compared gateway come first, and subjects outside the workload are left out', () => {
  const all = [...subjects, subject(comparedDurable, true)]
  const names = subjectsOf(workloadOf([]), all).map(({ name }) => name)
  expect(names).toEqual([durable, comparedDurable, rack, undici])
})

test('every second round is in reverse order', () => {
  expect([1, 2, 3].map((round) => orderOfRound(['a', 'b'], round).join(''))).toEqual(['ab', 'ba', 'ab'])
})

test('the writer repeats what the recording gateway recorded in its last turn', async () => {
  const order: string[] = []
  let turn = 0
  const records = {
    lastSequenceNumber: async () => 0,
    since: async () => ({ records: ++turn * 100, commits: turn * 10, drafts: [{ kind: 'call' as const }] }),
  }
  let wanted = 0
  const writer = {
    async start({ recordsPerSecond, commitsPerSecond }: RecordedEvents) {
      wanted = recordsPerSecond
      order.push(`writes ${recordsPerSecond} in ${commitsPerSecond}`)
    },
    async stop() {
      const rate = { wanted, achieved: wanted }
      return { records: rate, commits: rate }
    },
    cpuMicros: async () => 0,
  }
  const measured = await runRounds({
    workloads: [workloadOf(order)],
    subjects,
    rounds: 2,
    supporting: { ...supporting, writer },
    records,
    signal,
    log,
    wait,
  })
  expect(order).toEqual([
    ...[durable, 'writes 50 in 5', rack, 'writes 50 in 5', undici],
    ...['writes 50 in 5', undici, 'writes 50 in 5', rack, durable],
  ])
  expect(measured.map(({ writer }) => writer?.records.wanted ?? null)).toEqual([null, 50, 50, 50, 50, null])
  expect(measured.map(({ perSecond }) => perSecond)).toEqual([5, 5, 5, 5, 5, 5])
})

test('only the measured subject runs', async () => {
  const running = new Set<SubjectName>([durable, rack])
  const inLoads: SubjectName[][] = []
  const processOf = (name: SubjectName) =>
    subjectProcess({ pause: () => void running.delete(name), resume: () => void running.add(name) })
  const load = {
    title: '',
    connections: 1,
    async run() {
      inLoads.push([...running])
      return { count: 1, seconds: 1, latencies: Float64Array.of(1) }
    },
  }
  await runRounds({
    workloads: [{ ...workloadOf([]), loads: [load] }],
    subjects: [subject(durable, true, processOf(durable)), subject(rack, false, processOf(rack))],
    rounds: 2,
    supporting,
    records: noRecords,
    signal,
    log,
    wait,
  })
  expect(inLoads).toEqual([[durable], [rack], [rack], [durable]])
})

test('a warm-up ends after the wanted number of calls, and logs a warning if it made fewer', async () => {
  const { warmUp, ...workload } = workloadOf([])
  let runs = 0
  const run: typeof warmUp.run = async (target) => {
    runs++
    return warmUp.run(target)
  }
  const lines: string[] = []
  const options = { signal, log: (line: string) => void lines.push(line) }
  await warmUpSubject(subject(rack, false), { ...workload, warmUp: { ...warmUp, run, count: 8, times: 9 } }, options)
  expect([runs, lines]).toEqual([2, []])
  await warmUpSubject(subject(rack, false), { ...workload, warmUp: { ...warmUp, run, count: 9, times: 2 } }, options)
  expect(lines).toEqual([`w: ${rack} did only 8 requests of its warm-up, and needs 9`])
})

test('a resumed subject that refuses a call is called again', async () => {
  const { warmUp, ...workload } = workloadOf([])
  let refusals = 2
  const run: typeof warmUp.run = async (target) => {
    if (refusals-- > 0) throw new Error('a response was 503')
    return warmUp.run(target)
  }
  const measured = await runRounds({
    workloads: [{ ...workload, warmUp: { ...warmUp, run } }],
    subjects: [subject(durable, true)],
    rounds: 1,
    supporting,
    records: noRecords,
    signal,
    log,
    wait,
  })
  expect(measured).toHaveLength(1)
})

test('an interrupted run ends before the next subject', async () => {
  const running = runRounds({
    workloads: [workloadOf([])],
    subjects,
    rounds: 1,
    supporting,
    records: noRecords,
    signal: AbortSignal.abort(new Error('stopped')),
    log,
    wait,
  })
  await expect(running).rejects.toThrow('stopped')
})
