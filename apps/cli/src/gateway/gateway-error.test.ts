import { expect, test } from 'vitest'
import { exitCodeOf } from '../errors/exit-codes.ts'
import { errorFromResponse } from './gateway-error.ts'

const origin = 'https://gateway.example.com'
const convert = (status: number, value: unknown) => {
  const error = errorFromResponse(origin, { status, value })
  return { code: exitCodeOf(error), message: error.message }
}

test.each([
  [400, 'RGW_INVALID_REQUEST', 2],
  [401, 'RGW_TOKEN_REVOKED', 4],
  [403, 'RGW_NOT_PERMITTED', 5],
  [404, 'RGW_IDENTITY_NOT_FOUND', 2],
  [404, 'RGW_NOT_FOUND', 7],
  [409, 'RGW_NAME_TAKEN', 2],
  [409, 'RGW_NOT_SIGNED_YET', 8],
  [409, 'RGW_USER_LOCKED', 5],
  [421, 'RGW_MISDIRECTED', 78],
  [429, 'RGW_TOO_MANY', 7],
  [500, 'RGW_UNEXPECTED', 7],
  [503, 'RGW_AUTH_UNAVAILABLE', 7],
  [503, 'RGW_AUDIT_UNAVAILABLE', 8],
  [503, 'RGW_OUTCOME_NOT_RECORDED', 8],
])('%i %s has the exit code %i and the message of the gateway', (status, code, exitCode) => {
  const converted = convert(status, { error: 'The reason.', code })
  expect(converted.code).toBe(exitCode)
  if (code !== 'RGW_NOT_FOUND') expect(converted.message).toContain('The reason.')
})

test.each([[200], [302], [404], [502]])(
  'a response that no gateway sends (%i) has the exit code 7, whatever its body',
  (status) => {
    for (const value of [undefined, null, 'text', [], {}, { error: 1 }])
      expect(convert(status, value)).toEqual({
        code: 7,
        message: `${origin} does not answer like a Rack Gateway: it answered with status ${status}. Check the address.`,
      })
  },
)

test('the message contains reason, remedy, and rule, each once', () => {
  const next = 'Ask an administrator.'
  const whole = `env:write needs a role. ${next} (rule no-permission)`
  expect(convert(403, { error: whole, rule: 'no-permission', next }).message).toBe(whole)
  expect(convert(403, { error: 'no.', rule: 'frozen', reason: 'It is Friday.', next }).message).toBe(
    `no. It is Friday. ${next} (rule frozen)`,
  )
})

test('the message contains no control characters, and its length is limited', () => {
  const { message } = convert(403, { error: `\u001b[2J${'x'.repeat(100_000)}`, rule: '\u0007' })
  expect(message).not.toContain('\u001b')
  expect(message.length).toBeLessThan(2_100)
})
