import { createRacks, type Rack } from '@rack-gateway/rack-registry'
import { expect, test } from 'vitest'
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
  const questions: ((answer: unknown) => void)[] = []
  let time = 0
  const statuses = createRackStatuses({
    now: () => time,
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
    async answer(value: unknown) {
      questions.at(-1)?.(value)
      await settled()
    },
    async fail() {
      questions.at(-1)?.(Promise.reject(new Error('no answer')))
      await settled()
    },
  }
}

/** Promises that were settled have run their reactions. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a rack that does not answer is listed at once, with what is known', async () => {
  const { statuses, questions } = scriptedRack()
  expect(statuses.lastSeen(staging)).toEqual({ provider: '', status: 'unknown', version: '' })
  expect(statuses.lastSeen(staging)).toEqual({ provider: '', status: 'unknown', version: '' })
  expect(questions).toHaveLength(1)
})

test('the status is that of the last answer, without the rack’s parameters', async () => {
  const { statuses, answer, pass, questions } = scriptedRack()
  statuses.lastSeen(staging)
  await answer(running)
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'running', version: '3.24.9' })
  pass(29_999)
  statuses.lastSeen(staging)
  expect(questions).toHaveLength(1)
  pass(1)
  expect(statuses.lastSeen(staging).status).toBe('running')
  expect(questions).toHaveLength(2)
  await answer({ ...running, status: 'updating', version: '3.24.10' })
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'updating', version: '3.24.10' })
})

test('a rack that cannot be reached keeps its version', async () => {
  const { statuses, answer, fail, pass } = scriptedRack()
  statuses.lastSeen(staging)
  await answer(running)
  pass(30_000)
  statuses.lastSeen(staging)
  await fail()
  expect(statuses.lastSeen(staging)).toEqual({ provider: 'aws', status: 'unreachable', version: '3.24.9' })
})

test.each([
  ['an error', null],
  ['another object', { message: 'hello' }],
  ['a list', []],
  ['a status that is no text', { ...running, status: 1 }],
])('%s is no status', async (_, value) => {
  const { statuses, answer } = scriptedRack()
  statuses.lastSeen(staging)
  await answer(value)
  expect(statuses.lastSeen(staging).status).toBe('unreachable')
})

test('a long answer is cut', async () => {
  const { statuses, answer } = scriptedRack()
  statuses.lastSeen(staging)
  await answer({ ...running, version: 'x'.repeat(1_000_000) })
  expect(statuses.lastSeen(staging).version).toHaveLength(64)
})

test('each rack has its own status', async () => {
  const { statuses, answer } = scriptedRack()
  statuses.lastSeen(staging)
  await answer(running)
  expect(statuses.lastSeen(rackNamed('production')).status).toBe('unknown')
})
