import { readParametersInSteps, routesById, runToEnd } from '@rack-gateway/convox-api'
import { afterEach, expect, test, vi } from 'vitest'
import { smallForm } from '../http/body.ts'
import { createTurns } from '../resource-account/turns.ts'
import { createBodyDigest } from './body-digest.ts'
import { runSteps } from './run-steps.ts'

const turns = createTurns(() => 0)
const route = routesById.get('POST /apps/{app}/releases')
if (route === undefined) throw new Error('no route')
const contentType = 'application/x-www-form-urlencoded'

function readForm(body: Buffer) {
  if (route === undefined) throw new Error('no route')
  return readParametersInSteps(route, { method: 'POST', search: '', contentType, body, rawHeaders: [] })
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('while a large form is read, other work gets turns of the event loop', async () => {
  let time = 0
  // Each look at the clock takes 0.1 ms, so that a turn has time for a few steps.
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 0.1
    return time
  })
  let turnsOfOthers = 0
  let isDone = false
  function work(): void {
    turnsOfOthers++
    if (!isDone) setImmediate(work)
  }
  setImmediate(work)
  const body = Buffer.from(`env=${'%41'.repeat(500_000)}`)
  const parameters = await runSteps(readForm(body), body.length, turns)
  isDone = true
  expect('rule' in parameters ? parameters.rule : parameters.form.get('env')).toBe('A'.repeat(500_000))
  expect(turnsOfOthers).toBeGreaterThan(20)
})

test('a small form is read at once, without a promise', () => {
  const body = Buffer.from(`env=${'a'.repeat(smallForm - 4)}`)
  expect(runSteps(readForm(body), body.length, turns)).toMatchObject({
    form: new Map([['env', 'a'.repeat(smallForm - 4)]]),
  })
})

test('the digest of a large body, and of its parts, equals the digest of the body at once', () => {
  const digest = createBodyDigest(Buffer.alloc(32, 7))
  const text = 'a=b&'.repeat(50_000)
  const expected = digest(Buffer.from(text))
  const body = Buffer.from(text)
  for (const parts of [[body], [body.subarray(0, 70_000), body.subarray(70_000)], [Buffer.alloc(0), body]])
    expect(runToEnd(digest.inSteps(parts))).toBe(expected)
  expect(digest(body)).toBe(expected)
  expect(runToEnd(digest.inSteps([]))).toBe(digest(Buffer.alloc(0)))
  expect(digest(Buffer.from('short'))).toBe(runToEnd(digest.inSteps([Buffer.from('short')])))
})

test('the digest of a large body is computed once', () => {
  const digest = createBodyDigest(Buffer.alloc(32, 7))
  const body = Buffer.alloc(1024 * 1024)
  let steps = 0
  for (const _ of digest.inSteps([body])) steps++
  expect(steps).toBeGreaterThan(10)
  expect(digest.inSteps([body]).next().done).toBe(true)
})
