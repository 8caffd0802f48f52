import { expect, test } from 'vitest'
import { warningAtEnd, warningAtStart } from './busy-warnings.ts'

const idle = { loadAverage: 0.3, processors: 2, subjectCore: 0.05 }

test('an idle machine gets no warning', () => {
  expect(warningAtStart(idle)).toBeNull()
  expect(warningAtStart({ ...idle, subjectCore: null })).toBeNull()
  expect(warningAtEnd([{ stolenShare: 0.1 }, { stolenShare: null }])).toBeNull()
})

test('a high load average is a warning at the start', () => {
  expect(warningAtStart({ ...idle, loadAverage: 1.2 })).toBe(
    'Warning: the machine is busy: the load average is 1.2 on 2 cores. Stop other programs, or run more rounds and compare only processor times and ratios.',
  )
})

test('a core that is used before the start is a warning', () => {
  expect(warningAtStart({ ...idle, loadAverage: 4, subjectCore: 0.5 })).toContain(
    "the load average is 4.0 on 2 cores, and other programs use 50 % of the subject's core.",
  )
})

test('the warning at the end counts the disturbed measurements', () => {
  expect(warningAtEnd([{ stolenShare: 0.11 }, { stolenShare: 0.02 }, { stolenShare: 0.34 }])).toContain(
    "Warning: other programs took more than 10 % of the subject's core in 2 of 3 measurements, and 34 % at most.",
  )
})
