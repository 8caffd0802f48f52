import { expect, test } from 'vitest'
import { recordedCall } from './recorded-calls.ts'

const event = {
  at: '2026-11-25T12:00:00.000Z',
  principal: { kind: 'user', id: 'u', name: 'ada@example.com' },
  rack: 'staging',
  route: 'GET /apps',
  path: '/apps',
  decision: { effect: 'allow', rule: 'role:viewer' },
}
const cut = (field: string) => ({ truncated: [{ field, length: 9, sha256: 'x' }] })

test.each([
  ['an event as it is', {}, true],
  ['a value that was cut, which nothing is decided by', cut('parameters.values.description'), true],
  ['more values than are kept, which nothing is decided by', cut('parameters.values'), true],
  ['a reason that was cut', cut('decision.reason'), true],
  ['names that were cut', cut('parameters.form'), false],
  ['a command that was hidden in part', { hidden: ['command'] }, false],
  ['a value that was hidden', { hidden: ['parameters.values.x'] }, true],
])('%s: decided again? %j', (_, part, isEnough) => {
  expect(recordedCall(JSON.stringify({ ...event, ...part })) !== null).toBe(isEnough)
})
