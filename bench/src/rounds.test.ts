import { expect, test } from 'vitest'
import type { Recorded } from './recorded.ts'
import { runRounds, subjectsOf } from './rounds.ts'
import { type SubjectName, subjectNames } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import type { Workload } from './workloads/index.ts'

const { rack, undici, durable, relaxed } = subjectNames

const process = { url: '', pids: [], cpuMicros: async () => 0, ask: async () => ({}), stop: async () => {} }
function subject(name: SubjectName, records: boolean): Subject {
  return { name, process, url: '', password: () => '', masks: records, records }
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
    subjects: [rack, undici, durable],
    loads: [load],
    warmUp: { ...load, count: 1, times: 0 },
    expectSame: async () => {},
  }
}

test('the recording gateway comes first, and only what the workload is for', () => {
  expect(subjectsOf(workloadOf([]), subjects).map(({ name }) => name)).toEqual([durable, rack, undici])
})

test('beside what does not record, as much is written as the recording gateway wrote in the same round', async () => {
  const order: string[] = []
  let round = 0
  const records = {
    last: async () => 0,
    since: async () => ({ records: ++round * 100, commits: round * 10, drafts: [{ kind: 'call' as const }] }),
  }
  let wanted = 0
  const writer = {
    async start({ recordsPerSecond, commitsPerSecond }: Recorded) {
      wanted = recordsPerSecond
      order.push(`writes ${recordsPerSecond} in ${commitsPerSecond}`)
    },
    async stop() {
      const rate = { wanted, achieved: wanted }
      return { records: rate, commits: rate }
    },
    cpuMicros: async () => 0,
  }
  const supporting = { rack: process, postmaster: 0, writer, cores: null }
  const { signal } = new AbortController()
  const measured = await runRounds({
    workloads: [workloadOf(order)],
    subjects,
    rounds: 2,
    supporting,
    records,
    signal,
    log: () => {},
  })
  expect(order).toEqual([
    ...[durable, 'writes 50 in 5', rack, 'writes 50 in 5', undici],
    ...[durable, 'writes 100 in 10', rack, 'writes 100 in 10', undici],
  ])
  expect(measured.map(({ writer }) => writer?.records.wanted ?? null)).toEqual([null, 50, 50, null, 100, 100])
  expect(measured.map(({ perSecond }) => perSecond)).toEqual([5, 5, 5, 5, 5, 5])
})

test('an interrupted run ends before the next subject', async () => {
  const supporting = { rack: process, postmaster: 0, cores: null } as never
  const records = { last: async () => 0, since: async () => ({ records: 0, commits: 0, drafts: [] }) }
  const signal = AbortSignal.abort(new Error('stopped'))
  const running = runRounds({
    workloads: [workloadOf([])],
    subjects,
    rounds: 1,
    supporting,
    records,
    signal,
    log: () => {},
  })
  await expect(running).rejects.toThrow('stopped')
})
