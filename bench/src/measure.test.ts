import { expect, test } from 'vitest'
import { measure, timesPerUnit } from './measure.ts'
import { subjectNames } from './subject-names.ts'
import { subjectProcess } from './testing/subject-process.ts'

const before = { subject: 100, rack: 10, postgres: 5, load: 0, writer: 0 }

test('the result is the difference, divided by the number of operations', () => {
  const after = { subject: 500, rack: 30, postgres: 25, load: 40, writer: 0 }
  expect(timesPerUnit(before, after, 10)).toEqual({ subject: 40, rack: 2, postgres: 2, load: 4, writer: 0 })
})

test('an unknown value is null, not zero', () => {
  expect(timesPerUnit({ ...before, postgres: null }, before, 1).postgres).toBeNull()
})

test('the processor time includes the work after the last response', async () => {
  const readings = [0, 1_000, 1_000, 401_000, 401_000, 401_000]
  const process = subjectProcess({ cpuMicros: async () => readings.shift() ?? Number.NaN })
  const subject = { name: subjectNames.durable, process, url: '', password: () => '', hasMasks: true, gateway: null }
  const run = async () => ({ count: 10, seconds: 2, latencies: Float64Array.of(1) })
  const rate = { wanted: 0, achieved: 0 }
  const writer = {
    start: async () => {},
    stop: async () => ({ records: rate, commits: rate }),
    cpuMicros: async () => 0,
  }
  const supporting = { rack: subjectProcess(), postmasters: [], writer, cores: null }
  const measured = await measure(subject, { title: '', connections: 1, run }, supporting, async () => {})
  expect(measured.cpu.subject).toBe(40_100)
  expect(measured.subjectCpu).toBe(0.0005)
})
