import { expect, test } from 'vitest'
import { exitCodeOf } from '../output/exit-codes.ts'
import { refusalOf } from './gateway-refusal.ts'

const origin = 'https://gateway.example.com'
const refused = (status: number, value: unknown) => {
  const error = refusalOf(origin, { status, value })
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
])('%i %s ends with %i, in the words of the gateway', (status, code, exit) => {
  const { code: ends, message } = refused(status, { error: 'it is so.', code })
  expect(ends).toBe(exit)
  if (code !== 'RGW_NOT_FOUND') expect(message).toContain('it is so.')
})

test.each([[200], [302], [404], [502]])(
  'what isn’t a gateway’s answer (%i) ends with 7, whatever it says',
  (status) => {
    for (const value of [undefined, null, 'text', [], {}, { error: 1 }])
      expect(refused(status, value)).toEqual({
        code: 7,
        message: `${origin} answered with status ${status}, and not as a Rack Gateway does: check the address`,
      })
  },
)

test('reason, next step and rule are said, and each only once', () => {
  const next = 'Ask an administrator.'
  const whole = `env:write needs a role. ${next} (rule no-permission)`
  expect(refused(403, { error: whole, rule: 'no-permission', next }).message).toBe(whole)
  expect(refused(403, { error: 'no.', rule: 'frozen', reason: 'It is Friday.', next }).message).toBe(
    `no. It is Friday. ${next} (rule frozen)`,
  )
})

test('nothing that it says commands the terminal, or fills it', () => {
  const { message } = refused(403, { error: `\u001b[2J${'x'.repeat(100_000)}`, rule: '\u0007' })
  expect(message).not.toContain('\u001b')
  expect(message.length).toBeLessThan(2_100)
})
