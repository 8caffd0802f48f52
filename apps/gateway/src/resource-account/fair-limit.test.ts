import type { ResourceLimits } from '@rack-gateway/config'
import { CallerSignal } from '@rack-gateway/rack-registry'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFairLimit, type Release } from './fair-limit.ts'
import type { Payer } from './payer.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

const limitOf = (limits: Partial<ResourceLimits> = {}) =>
  createFairLimit({ limits: { ...defaults, ...limits }, refusal: (reached) => new Error(`full: ${reached}`) })
const defaults: ResourceLimits = { process: 4, principal: 2, network: 1, site: 2, networks: 3, waiting: 2 }
type Limit = ReturnType<typeof limitOf>

const payer = (name: string): Payer => ({ key: name, isPrincipal: true, site: null })
const network = (name: string, site: string | null = null): Payer => ({ key: name, isPrincipal: false, site })
const callerOf = (principal: string, signal = new CallerSignal()) => ({
  payer: payer(principal),
  rack: 'staging',
  signal,
})

/** Starts `count` calls of one principal, below the limit. */
function fill(limit: Limit, principal: string, count: number): Release[] {
  return Array.from({ length: count }, () => {
    const release = limit.take(payer(principal))
    if (release === null) throw new Error(`there is no free slot for ${principal}`)
    return release
  })
}
/** Waits for a slot, and adds the principal to `started` when the principal gets the slot. */
function queue(limit: Limit, principal: string, started: string[], amount = 1): Promise<Release> {
  const waiting = limit.wait(callerOf(principal), amount)
  waiting.then(
    () => started.push(principal),
    () => {},
  )
  return waiting
}
test('a principal gets at most its own slots, however many are free', () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  expect(limit.take(payer('ann'))).toBeNull()
  expect(limit.take(payer('bob'))).not.toBeNull()
})

test('all principals together get at most all slots', () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  fill(limit, 'bob', 2)
  expect(limit.take(payer('cy'))).toBeNull()
})

test('a slot that is released twice is free once', () => {
  const limit = limitOf()
  const [first] = fill(limit, 'ann', 2)
  first?.()
  first?.()
  fill(limit, 'ann', 1)
  expect(limit.take(payer('ann'))).toBeNull()
})

test('a waiting call gets a free slot before a new call of the same principal', async () => {
  const limit = limitOf()
  const [first] = fill(limit, 'ann', 2)
  const started: string[] = []
  const waiting = queue(limit, 'ann', started)
  first?.()
  await waiting
  expect([started, limit.take(payer('ann'))]).toEqual([['ann'], null])
})

test('principals take turns for free slots', async () => {
  const limit = limitOf({ principal: 4, waiting: 3 })
  const slots = fill(limit, 'cy', 4)
  const started: string[] = []
  const waiting = ['ann', 'ann', 'ann', 'bob'].map((principal) => queue(limit, principal, started))
  for (const release of slots) release()
  await Promise.all(waiting)
  expect(started).toEqual(['ann', 'bob', 'ann', 'ann'])
})

test('a principal that waits for its own limit does not delay the others', async () => {
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

test('a limited number of calls of one principal wait, and the error of another one names the limit', async () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  const started: string[] = []
  queue(limit, 'ann', started)
  queue(limit, 'ann', started)
  await expect(queue(limit, 'ann', started)).rejects.toThrow('full: own')
  await expect(limitOf({ waiting: 0 }).wait(callerOf('bob'))).rejects.toThrow('full: total')
})

test('a call waits for 30 s at the most, and then gives up its turn', async () => {
  const limit = limitOf({ waiting: 1 })
  fill(limit, 'ann', 2)
  const slots = fill(limit, 'bob', 2)
  const waiting = limit.wait(callerOf('cy'))
  const refused = expect(waiting).rejects.toThrow('full: total')
  await vi.advanceTimersByTimeAsync(30_000)
  await refused
  slots[0]?.()
  expect(limit.take(payer('cy'))).not.toBeNull()
})

test('a caller that goes away while it waits gives up its turn', async () => {
  const limit = limitOf({ waiting: 1 })
  const [first] = fill(limit, 'ann', 2)
  const signal = new CallerSignal()
  const waiting = limit.wait(callerOf('ann', signal))
  signal.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await expect(limit.wait(callerOf('ann', signal))).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  first?.()
  expect(limit.take(payer('ann'))).not.toBeNull()
})

test('a limit in bytes is enforced in bytes, and unused bytes can be returned early', () => {
  const limit = limitOf({ principal: 100, process: 150 })
  const ann = limit.take(payer('ann'), 100)
  expect([limit.take(payer('ann'), 1), limit.take(payer('bob'), 51)]).toEqual([null, null])
  ann?.(40)
  ann?.(60)
  expect(limit.take(payer('bob'), 100)).not.toBeNull()
  expect(limit.take(payer('cy'), 11)).toBeNull()
  expect(limit.take(payer('cy'), 10)).not.toBeNull()
})

test('a small request does not overtake a waiting large request, and all waiting requests that fit start together', async () => {
  const limit = limitOf({ principal: 100, process: 150 })
  const large = limit.take(payer('ann'), 100)
  const started: string[] = []
  const waiting = [queue(limit, 'bob', started, 100), queue(limit, 'cy', started, 50), queue(limit, 'dee', started, 1)]
  expect(limit.take(payer('eve'), 1)).toBeNull()
  large?.()
  await Promise.all(waiting.slice(0, 2))
  expect(started).toEqual(['bob', 'cy'])
})

test('callers without a credential have limits of their own: for a network, a site, and all networks together', () => {
  const limit = limitOf({ process: 100 })
  expect(limit.take(network('a1', 'a'))).not.toBeNull()
  expect(limit.take(network('a1', 'a'))).toBeNull()
  expect(limit.take(network('a2', 'a'))).not.toBeNull()
  expect(limit.take(network('a3', 'a'))).toBeNull()
  expect(limit.take(network('b'))).not.toBeNull()
  expect(limit.take(network('c'))).toBeNull()
  expect(limit.take(payer('ann'))).not.toBeNull()
})

test('a released amount is free again for the network, its site, and all networks', () => {
  const limit = limitOf({ site: 1, networks: 1 })
  const release = limit.take(network('a1', 'a'))
  expect([limit.take(network('a2', 'a')), limit.take(network('b'))]).toEqual([null, null])
  release?.()
  expect(limit.take(network('a2', 'a'))).not.toBeNull()
})

test('a principal gets a free slot before a network that waited longer', async () => {
  const limit = limitOf()
  const [slot] = [...fill(limit, 'ann', 2), ...fill(limit, 'bob', 2)]
  const started: string[] = []
  const waiting = limit.wait({ payer: network('a'), rack: null, signal: new CallerSignal() })
  waiting.then(
    () => started.push('network'),
    () => {},
  )
  const principal = queue(limit, 'cy', started)
  slot?.()
  await principal
  expect(started).toEqual(['cy'])
})

test('the error of a caller that disconnects before the gateway knows a rack names none', async () => {
  const limit = limitOf()
  fill(limit, 'ann', 2)
  const signal = new CallerSignal()
  const waiting = limit.wait({ payer: payer('ann'), rack: null, signal })
  signal.abort()
  await expect(waiting).rejects.toThrow('The request was aborted because the caller disconnected.')
})
