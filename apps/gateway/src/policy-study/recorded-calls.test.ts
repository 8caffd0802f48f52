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
  ['a complete event', {}, true],
  ['a truncated value of a parameter, on which no decision depends', cut('parameters.values.description'), true],
  ['more values than an event contains, on which no decision depends', cut('parameters.values'), true],
  ['a truncated reason', cut('decision.reason'), true],
  ['truncated names of parameters', cut('parameters.form'), false],
  ['a partly redacted command', { hidden: ['command'] }, false],
  ['a redacted value', { hidden: ['parameters.values.x'] }, true],
])('%s: can be evaluated: %j', (_, part, isEnough) => {
  expect(recordedCall(JSON.stringify({ ...event, ...part })) !== null).toBe(isEnough)
})
