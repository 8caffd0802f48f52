import type { WouldBe } from '@rack-gateway/gateway-api'
import { expect, test } from 'vitest'
import { omissionsOf } from './omissions.ts'

const report: WouldBe = {
  policy: 'aa',
  since: '2027-01-24T12:00:00Z',
  until: '2027-01-31T12:00:00Z',
  calls: 9,
  hidden: 0,
  resolved: 0,
  unclear: 0,
  cut: null,
  rows: [],
  more: 0,
}

test('a complete list omits nothing', () => {
  expect(omissionsOf(report)).toEqual([])
})

test('each number of calls or rows that the list does not have is said', () => {
  const cut = { by: 'time', from: '2027-01-30T12:00:00Z' } as const
  expect(omissionsOf({ ...report, cut, hidden: 1, resolved: 1_200, unclear: 2, more: 3 })).toEqual([
    'Only the newest calls were read, because the time limit was reached.',
    '1 call was not decided again, because a secret in the command was hidden from the log. The list has it as recorded.',
    '1,200 calls were left out, because the policy in force now allows them.',
    '2 calls were left out, because the event lacks details.',
    '3 less frequent rows are not shown.',
  ])
})
