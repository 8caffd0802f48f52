import type { CheckpointerState } from '@rack-gateway/audit'
import { expect, test } from 'vitest'
import { checkpointsCheck } from './checkpoint-readiness.ts'

const state: CheckpointerState = {
  number: 9,
  age: 3_000,
  verified: 0,
  raisedAlarms: 0,
  openInconsistencies: { count: 0, last: null },
  unsigned: 0,
  missingKey: null,
  verifierFailed: false,
  destinations: [],
  deliveryFailures: 0,
}

const at = (number: number, problem: string | null = null) => ({ destination: 'p', number, problem, differs: false })

test('a destination that is behind isn’t counted as one with copies, whether it fails or not', () => {
  const detail = (...destinations: CheckpointerState['destinations']) =>
    checkpointsCheck({ ...state, destinations }).detail
  expect(detail(at(9), at(8))).toBe('number 9, 3 s ago; copies in 2 of 2 places')
  expect(detail(at(9), at(4))).toBe('number 9, 3 s ago; copies in 1 of 2 places, up to 5 are missing: see the log')
  expect(detail(at(8, 'it is full'))).toBe(
    'number 9, 3 s ago; copies in 0 of 1 places, up to 1 are missing: see the log',
  )
})

test('an alarm that was raised before the start of the process is still shown', () => {
  const { detail } = checkpointsCheck({ ...state, openInconsistencies: { count: 2, last: '2026-11-25T12:00:00.000Z' } })
  expect(detail).toMatch(/^ALARM: .*2 findings.* last at 2026-11-25T12:00:00.000Z/)
})

test('a thread that failed is named, without its error', () => {
  const { ready, detail } = checkpointsCheck({ ...state, destinations: [at(9)], verifierFailed: true })
  expect([ready, detail]).toEqual([
    true,
    'events cannot be verified, so this process makes no checkpoint: see the log; number 9, 3 s ago; copies in 1 of 1 places',
  ])
})

test.each([
  ['without copies', {}, /^Set AUDIT_CHECKPOINT_DIR/],
  ['with current copies', { destinations: [at(9)] }, null],
  ['with copies that fail', { destinations: [at(9, 'it is full')] }, /^Check the storage of the copies\./],
  ['with an alarm', { destinations: [at(9)], openInconsistencies: { count: 1, last: null } }, /audit alarms/],
  ['with another key', { destinations: [at(9)], missingKey: 'k' }, /^Add the newer key/],
  ['with a thread that failed', { destinations: [at(9)], verifierFailed: true }, /no checkpoint was made/],
  ['too old', { destinations: [at(9)], age: 91_000 }, /no checkpoint was made/],
])('the remedy of a check %s', (_, changes, remedy) => {
  const check = checkpointsCheck({ ...state, ...changes })
  if (remedy === null) expect(check.remedy).toBeNull()
  else expect(check.remedy).toMatch(remedy)
})
