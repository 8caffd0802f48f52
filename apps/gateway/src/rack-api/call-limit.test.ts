import { CallerSignal } from '@rack-gateway/rack-registry'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type CallLimitOptions, createCallLimit, type Release } from './call-limit.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

const limitOf = (options: Partial<CallLimitOptions> = {}) =>
  createCallLimit({ rack: 'staging', what: 'calls', perPrincipal: 2, total: 4, waiting: 2, ...options })
type Limit = ReturnType<typeof limitOf>

/** Begins `count` calls of one principal that there is a place for. */
function fill(limit: Limit, principal: string, count: number): Release[] {
  return Array.from({ length: count }, () => {
    const release = limit.take(principal)
    if (release === null) throw new Error(`there is no place for ${principal}`)
    return release
  })
}
/** Waits for a place, and notes who got one. */
function queue(limit: Limit, principal: string, started: string[]): Promise<Release> {
  const waiting = limit.wait(principal, new CallerSignal())
  waiting.then(
    () => started.push(principal),
    () => {},
  )
  return waiting
}
const tooMany = (sentence: string) =>
  expect.objectContaining({
    code: 'RGW_TOO_MANY_CALLS',
    statusCode: 503,
    retryAfter: 5,
    rule: 'call-limit',
    message: expect.stringContaining(sentence),
  })

test('one principal gets no more than its own places, whatever is free', () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  expect(limit.take('ann')).toBeNull()
  expect(limit.take('bob')).not.toBeNull()
})

test('all principals together get no more than all places', () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  fill(limit, 'bob', 2)
  expect(limit.take('cy')).toBeNull()
})

test('a place that is given back twice is free once', () => {
  const limit = limitOf()
  const [first] = fill(limit, 'ann', 2)
  first?.()
  first?.()
  fill(limit, 'ann', 1)
  expect(limit.take('ann')).toBeNull()
})

test('a waiting call gets the place that becomes free, before a new one of the same principal', async () => {
  const limit = limitOf()
  const [first] = fill(limit, 'ann', 2)
  const started: string[] = []
  const waiting = queue(limit, 'ann', started)
  first?.()
  await waiting
  expect([started, limit.take('ann')]).toEqual([['ann'], null])
})

test('principals take turns for places that become free', async () => {
  const limit = limitOf({ perPrincipal: 4, waiting: 3 })
  const places = fill(limit, 'cy', 4)
  const started: string[] = []
  const waiting = ['ann', 'ann', 'ann', 'bob'].map((principal) => queue(limit, principal, started))
  for (const release of places) release()
  await Promise.all(waiting)
  expect(started).toEqual(['ann', 'bob', 'ann', 'ann'])
})

test('a principal without a place of its own does not hold up the others', async () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  const [bob] = fill(limit, 'bob', 2)
  const started: string[] = []
  queue(limit, 'ann', started)
  const waiting = queue(limit, 'cy', started)
  bob?.()
  await waiting
  expect(started).toEqual(['cy'])
})

test('no more than so many calls of one principal wait, and what is refused says why and when to try again', async () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  const started: string[] = []
  queue(limit, 'ann', started)
  queue(limit, 'ann', started)
  await expect(queue(limit, 'ann', started)).rejects.toEqual(tooMany('you already have 2 calls in progress'))
  await expect(limitOf({ waiting: 0 }).wait('bob', new CallerSignal())).rejects.toEqual(tooMany('in progress'))
})

test('a call waits for 30 s at the most, and then gives up its turn', async () => {
  const limit = limitOf({ waiting: 1 })
  fill(limit, 'ann', 2)
  const places = fill(limit, 'bob', 2)
  const waiting = limit.wait('cy', new CallerSignal())
  const refused = expect(waiting).rejects.toEqual(tooMany('4 calls are in progress on the rack staging'))
  await vi.advanceTimersByTimeAsync(30_000)
  await refused
  places[0]?.()
  expect(limit.take('cy')).not.toBeNull()
})

test('a caller that goes away while it waits gives up its turn', async () => {
  const limit = limitOf({ waiting: 1 })
  const [first] = fill(limit, 'ann', 2)
  const signal = new CallerSignal()
  const waiting = limit.wait('ann', signal)
  signal.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(limit.wait('ann', signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  first?.()
  expect(limit.take('ann')).not.toBeNull()
})
