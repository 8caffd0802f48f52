import {
  createRacks,
  type Rack,
  RackRejectsGateway,
  RackUnreachable,
  ResponseTooLarge,
} from '@rack-gateway/rack-registry'
import { expect, test } from 'vitest'
import { QuestionTimedOut, type RackStatusResponse } from '../lookups/rack-question.ts'
import { createRackStatuses } from './rack-statuses.ts'

function rackNamed(name: string): Rack {
  const settings = { name, url: new URL(`http://${name}.example`), token: 't', tlsInsecure: false }
  const rack = createRacks([settings]).get(name)
  if (!rack) throw new Error('the rack was not created')
  return rack
}

const staging = rackNamed('staging')
const running = {
  name: 'staging',
  provider: 'aws',
  status: 'running',
  version: '3.24.9',
  parameters: { key: 'secret' },
}

/** A rack that answers when the test says so. */
function scriptedRack() {
  const questions: ((response: RackStatusResponse | Promise<RackStatusResponse>) => void)[] = []
  let time = 0
  let isReachable: boolean | null = null
  const statuses = createRackStatuses({
    now: () => time,
    isReachable: () => isReachable,
    askSystem() {
      return new Promise((resolve) => questions.push(resolve))
    },
  })
  return {
    statuses,
    questions,
    pass(milliseconds: number) {
      time += milliseconds
    },
    /** Another request to the rack succeeds or fails. */
    request(succeeds: boolean) {
      isReachable = succeeds
    },
    async response(value: unknown, status = 200) {
      questions.at(-1)?.({ status, value })
      await settled()
    },
    async fail(error = new Error('connect ECONNREFUSED 10.0.0.7:443')) {
      questions.at(-1)?.(Promise.reject(error))
      await settled()
    },
  }
}

/** Resolves after the callbacks of all settled promises have run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a rack that does not answer is listed at once, with what is known', async () => {
  const { statuses, questions } = scriptedRack()
  expect(statuses.lastSeen(staging)).toEqual({ provider: '', status: 'unknown', version: '' })
  expect(statuses.lastSeen(staging)).toEqual({ provider: '', status: 'unknown', version: '' })
  expect(questions).toHaveLength(1)
})

test('the status is that of the last response, without the rack’s parameters', async () => {
  const { statuses, response, pass, questions } = scriptedRack()
  statuses.lastSeen(staging)
  await response(running)
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'running', version: '3.24.9' })
  pass(29_999)
  statuses.lastSeen(staging)
  expect(questions).toHaveLength(1)
  pass(1)
  expect(statuses.lastSeen(staging).status).toBe('running')
  expect(questions).toHaveLength(2)
  await response({ ...running, status: 'updating', version: '3.24.10' })
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'updating', version: '3.24.10' })
})

test('a rack that cannot be reached keeps its version', async () => {
  const { statuses, response, fail, pass } = scriptedRack()
  statuses.lastSeen(staging)
  await response(running)
  pass(30_000)
  statuses.lastSeen(staging)
  await fail()
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'unreachable', version: '3.24.9' })
})

test('a failed request of any caller counts at once, and the next request that succeeds, too', async () => {
  const { statuses, response, fail, questions, request } = scriptedRack()
  statuses.lastSeen(staging)
  request(true)
  await response(running)
  request(false)
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'unreachable', version: '3.24.9' })
  expect(questions).toHaveLength(2)
  await fail()
  for (const _ of [1, 2]) expect(statuses.lastSeen(staging).status).toBe('unreachable')
  expect(questions).toHaveLength(2)
  request(true)
  expect(statuses.lastSeen(staging).status).toBe('running')
  expect(questions).toHaveLength(3)
  await response({ ...running, status: 'updating' })
  expect(statuses.lastSeen(staging).status).toBe('updating')
  expect(questions).toHaveLength(3)
})

test('after a failed request, a check does not return the response of an earlier question', async () => {
  const { statuses, response, fail, request } = scriptedRack()
  request(true)
  const before = statuses.check(staging)
  await response(running)
  expect((await before).state).toBe('reachable')
  request(false)
  const after = statuses.check(staging)
  await fail()
  expect((await after).state).toBe('unreachable')
})

test.each([
  ['an error', null],
  ['another object', { message: 'hello' }],
  ['a list', []],
  ['a status that is no text', { ...running, status: 1 }],
])('%s is no status', async (_, value) => {
  const { statuses, response } = scriptedRack()
  statuses.lastSeen(staging)
  await response(value)
  expect(statuses.lastSeen(staging).status).toBe('unreachable')
})

test('a long response is cut', async () => {
  const { statuses, response } = scriptedRack()
  statuses.lastSeen(staging)
  await response({ ...running, version: 'x'.repeat(1_000_000) })
  expect(statuses.lastSeen(staging).version).toHaveLength(64)
})

test('control characters and directions of a response are escaped', async () => {
  const { statuses, response } = scriptedRack()
  statuses.lastSeen(staging)
  await response({ provider: '\ud800', status: '\u001b[2Jrunning\n', version: '\u202e3.24.9' })
  expect(statuses.lastSeen(staging)).toEqual({
    provider: '\\ud800',
    status: '\\u001b[2Jrunning\\u000a',
    version: '\\u202e3.24.9',
  })
})

test('each rack has its own status', async () => {
  const { statuses, response } = scriptedRack()
  statuses.lastSeen(staging)
  await response(running)
  expect(statuses.lastSeen(rackNamed('production')).status).toBe('unknown')
})

test('a check waits for the response, and callers share one question for 15 seconds', async () => {
  const { statuses, response, pass, questions } = scriptedRack()
  const checks = [statuses.check(staging), statuses.check(staging)]
  pass(40)
  await response(running)
  const expected = { state: 'reachable', why: null, latency: 40, checkedAt: 40 }
  for (const check of await Promise.all(checks)) expect(check).toMatchObject(expected)
  pass(14_959)
  expect(await statuses.check(staging)).toMatchObject(expected)
  expect(questions).toHaveLength(1)
  pass(1)
  const next = statuses.check(staging)
  expect(questions).toHaveLength(2)
  await response({ ...running, version: '3.25.0' })
  expect((await next).lastSeen.version).toBe('3.25.0')
})

test.each([
  ['unreachable', 'cannot be reached.', new Error('connect ECONNREFUSED 10.0.0.7:443')],
  ['unreachable', 'cannot be reached: it refuses.', new RackUnreachable('staging', 'it refuses')],
  ['unreachable', 'did not answer within 5 seconds.', new QuestionTimedOut()],
  [
    'unreadable',
    'answered, but not with its status. Ask an administrator of the gateway to check its URL.',
    new SyntaxError('Unexpected token <'),
  ],
  [
    'unreadable',
    'answered, but not with its status. Ask an administrator of the gateway to check its URL.',
    new ResponseTooLarge('staging', 9),
  ],
  [
    'unreadable',
    "rejects the gateway, because the gateway's password for this rack is not valid. Your own credential is valid. Ask the operator of the gateway to set RACK_TOKEN_STAGING to the password of the rack, and to restart the gateway.",
    new RackRejectsGateway('staging', 'STAGING'),
  ],
])('a rack is %s if it %s', async (state, why, error) => {
  const { statuses, response, fail, pass } = scriptedRack()
  statuses.lastSeen(staging)
  await response(running)
  pass(20_000)
  const check = statuses.check(staging)
  await fail(error)
  expect(await check).toMatchObject({ state, why: `The rack staging ${why}`, lastSeen: { version: '3.24.9' } })
})

test.each([
  [502, null, 'answered with the HTTP status 502. Ask an administrator of the gateway to check the rack.'],
  [
    200,
    { message: 'hello' },
    'answered, but not with its status. Ask an administrator of the gateway to check its URL.',
  ],
])('the status %d with %j is unreadable', async (status, value, why) => {
  const { statuses, response } = scriptedRack()
  const check = statuses.check(staging)
  await response(value, status)
  expect(await check).toMatchObject({ state: 'unreadable', why: `The rack staging ${why}` })
})
