import { expect, test } from 'vitest'
import { ConfigError } from '../errors/errors.ts'
import { readServerConfig } from './server.ts'

const now = Date.UTC(2027, 0, 1, 12)
const complete = {
  RACK_URL_STAGING: 'https://a',
  RACK_TOKEN_STAGING: 't',
  RACK_URL_US_EAST: 'https://b',
  RACK_TOKEN_US_EAST: 't',
  APP_SECRET_KEY: '0123456789abcdef0123456789abcdef',
}
const observing = (env: NodeJS.ProcessEnv) => readServerConfig({ ...complete, ...env }, now).observing

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readServerConfig({ ...complete, ...env }, now)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('every rack enforces the policy by default', () => {
  expect(observing({})).toBeNull()
  expect(observing({ POLICY_MODE: 'enforce', POLICY_MODE_STAGING: 'enforce' })).toBeNull()
})

test('one rack, all racks, or all racks but one observe', () => {
  const POLICY_OBSERVE_UNTIL = '2027-01-10T00:00:00Z'
  const until = Date.UTC(2027, 0, 10)
  expect(observing({ POLICY_MODE_US_EAST: 'observe', POLICY_OBSERVE_UNTIL })).toEqual({ racks: ['us-east'], until })
  expect(observing({ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL })).toEqual({ racks: ['staging', 'us-east'], until })
  expect(observing({ POLICY_MODE: 'observe', POLICY_MODE_US_EAST: 'enforce', POLICY_OBSERVE_UNTIL })).toEqual({
    racks: ['staging'],
    until,
  })
})

test.each([
  ['2027-01-10', Date.UTC(2027, 0, 11)],
  ['2027-01-10T12:00+02:00', Date.UTC(2027, 0, 10, 10)],
  ['2027-01-31T12:00:00Z', Date.UTC(2027, 0, 31, 12)],
  // In the past: the gateway starts, and enforces the policy.
  ['2020-01-01', Date.UTC(2020, 0, 2)],
])('observe mode until %s', (text, until) => {
  expect(observing({ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: text })?.until).toBe(until)
})

test.each([
  [
    { POLICY_MODE: 'observe' },
    'POLICY_OBSERVE_UNTIL is missing although the rack staging is in observe mode; it should be',
  ],
  [{ POLICY_MODE_US_EAST: 'observe' }, 'POLICY_OBSERVE_UNTIL is missing although the rack us-east is in observe mode'],
  [
    { POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '2027-01-31T12:00:01Z' },
    'POLICY_OBSERVE_UNTIL is more than 30 days ahead, which would leave the policy without effect; it should be',
  ],
  [{ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '2027-01-31' }, 'POLICY_OBSERVE_UNTIL is more than 30 days ahead'],
  [{ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '2027-02-30' }, 'POLICY_OBSERVE_UNTIL is neither a time nor a date'],
  [{ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '7d' }, 'POLICY_OBSERVE_UNTIL is neither a time nor a date'],
  [{ POLICY_OBSERVE_UNTIL: '2027-01-10' }, 'POLICY_OBSERVE_UNTIL has no effect, because no rack is in observe mode'],
  [
    {
      RACK_URL_STAGING: 'https://A:443/',
      RACK_URL_US_EAST: 'https://a',
      POLICY_MODE_STAGING: 'observe',
      POLICY_OBSERVE_UNTIL: '2027-01-10',
    },
    'the racks staging and us-east have the same URL, but only staging is in observe mode',
  ],
  [{ POLICY_MODE_STAGING: 'observe ', POLICY_OBSERVE_UNTIL: '2027-01-10' }, 'POLICY_MODE_STAGING is not valid'],
  [{ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '2027-02-29' }, 'POLICY_OBSERVE_UNTIL is neither a time nor a date'],
  [
    { POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '+010000-01-01T00:00:00Z' },
    'POLICY_OBSERVE_UNTIL is neither a time nor a date',
  ],
  [{ POLICY_MODE: 'observe', POLICY_OBSERVE_UNTIL: '9999-12-31' }, 'POLICY_OBSERVE_UNTIL is more than 30 days ahead'],
  [
    { 'POLICY_MODE_US-EAST': 'observe', POLICY_MODE_US_EAST: 'enforce', POLICY_OBSERVE_UNTIL: '2027-01-10' },
    'POLICY_MODE_US-EAST and POLICY_MODE_US_EAST are the same rack, us-east; keep one of them',
  ],
  [{ POLICY_MODE: 'off' }, 'POLICY_MODE is not valid; it should be enforce, or observe'],
  [{ POLICY_MODE_STAGING: 'Observe' }, 'POLICY_MODE_STAGING is not valid; it should be enforce or observe'],
  [{ POLICY_MODE_STAGING: '' }, 'POLICY_MODE_STAGING is not valid'],
  [{ POLICY_MODE_STAGNG: 'observe', POLICY_OBSERVE_UNTIL: '2027-01-10' }, 'RACK_URL_STAGNG is missing'],
  [{ POLICY_OBSERVE_UNITL: '2027-01-10' }, 'POLICY_OBSERVE_UNITL is not a variable of the gateway; did you mean'],
])('%j is refused', (env, problem) => {
  expect(problemsOf(env)[0]).toContain(problem)
})
