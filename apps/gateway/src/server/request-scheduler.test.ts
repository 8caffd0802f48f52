import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Principal } from '@rack-gateway/rbac-policy'
import Fastify from 'fastify'
import { afterEach, expect, test, vi } from 'vitest'
import { createCostAccount } from '../resource-account/cost-account.ts'
import type { Payer } from '../resource-account/payer.ts'
import { createRequestScheduler } from './request-scheduler.ts'
import { scheduleRequests } from './schedule-requests.ts'

afterEach(() => vi.useRealTimers())

/** A name that begins with `net` is a client network. */
const payerOf = (key: string): Payer => ({ key, isPrincipal: !key.startsWith('net'), site: null })

/** @param duration the milliseconds that the start of a request takes */
function startScheduler(duration = 0) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const clock = { time: 0 }
  const costs = createCostAccount(() => clock.time)
  const scheduler = createRequestScheduler({ costs, now: () => clock.time })
  const started: string[] = []
  function start(caller: string, milliseconds = duration): void {
    started.push(caller)
    clock.time += milliseconds
  }
  const request = (...callers: string[]) => {
    for (const caller of callers) scheduler.schedule(payerOf(caller), () => start(caller))
  }
  const charge = (caller: string, cost: number) => costs.charge(payerOf(caller), cost)
  /** The requests that the next turn of the event loop starts. @param after milliseconds until that turn begins */
  async function turn(after: number): Promise<string[]> {
    clock.time += after
    vi.advanceTimersByTime(after)
    const before = started.length
    await nextTurn()
    return started.slice(before)
  }
  /** Waits until only the latest caller counts as active. */
  async function wait(): Promise<void> {
    await nextTurn()
    clock.time += 1_000
  }
  return { request, charge, costs, start, started, turn, wait, scheduler }
}

const burstOf = (caller: string, length: number) => Array.from({ length }, () => caller)

test('while one caller is active, a turn of the event loop starts its requests for two milliseconds', async () => {
  const { request, started, turn, wait } = startScheduler(0.5)
  request('ann')
  await wait()
  request(...burstOf('ann', 20))
  expect(started).toHaveLength(1 + 4)
  for (let count = 0; count < 4; count++) expect(await turn(0)).toHaveLength(4)
  request('ann')
  expect(started).toHaveLength(1 + 20)
  expect(await turn(0)).toHaveLength(1)
})

test('requests that find the event loop idle start at once', async () => {
  const { request, started, turn, wait } = startScheduler(0.5)
  request('ann')
  await wait()
  request(...burstOf('ann', 3))
  await turn(1)
  request(...burstOf('ann', 3))
  expect(started).toHaveLength(1 + 6)
})

test('the first request of each caller in a turn starts at once, whatever others have sent', async () => {
  const { request, started, turn } = startScheduler()
  request(...burstOf('ann', 100), 'bob', 'cy')
  expect(started).toEqual(['ann', 'bob', 'cy'])
  await turn(4)
  request('bob')
  expect(started.at(-1)).toBe('bob')
})

test('the costly requests of bursts start one by one in quiet turns, and their callers take turns', async () => {
  const { request, charge, turn } = startScheduler()
  for (const caller of ['ann', 'bob']) charge(caller, 400)
  request(...burstOf('ann', 5), ...burstOf('bob', 5))
  const starts: string[][] = []
  for (let count = 0; count < 4; count++) starts.push(await turn(0.5))
  expect(starts).toEqual([['ann'], ['bob'], ['ann'], ['bob']])
})

test('while the event loop is busy, a costly request starts every five milliseconds', async () => {
  const { request, charge, turn } = startScheduler()
  charge('ann', 400)
  request('bob', ...burstOf('ann', 100))
  await turn(0.5)
  const starts: number[] = []
  for (let count = 0; count < 6; count++) starts.push((await turn(2)).length)
  expect(starts).toEqual([0, 0, 1, 0, 0, 1])
})

test('one waiting request of each caller starts in a busy turn, too, but not in a turn that is over', async () => {
  const { request, started, turn } = startScheduler(0.5)
  request(...burstOf('ann', 100), 'bob', 'cy', 'dee', 'eve', 'fay')
  expect(started).toEqual(['ann', 'bob', 'cy', 'dee'])
  await turn(2)
  expect(started.slice(4)).toEqual(['ann', 'eve', 'fay', 'ann'])
})

test('while turns are long, the waiting requests of callers start in rounds', async () => {
  const { request, started, turn } = startScheduler(0.5)
  request(...burstOf('ann', 100), 'bob', 'cy', 'dee', ...burstOf('eve', 3))
  expect(started).toEqual(['ann', 'bob', 'cy', 'dee'])
  expect(await turn(20)).toEqual(['ann', 'eve', 'ann', 'eve'])
})

test('a request that schedules another one does not lengthen the turn', async () => {
  const { request, scheduler, start, started, turn, wait } = startScheduler(0.5)
  function again(): void {
    start('ann')
    scheduler.schedule(payerOf('ann'), again)
  }
  request('ann')
  await wait()
  scheduler.schedule(payerOf('ann'), again)
  expect(started).toHaveLength(1 + 4)
  expect(await turn(0)).toHaveLength(4)
})

test('a caller whose credential was valid before does not wait for invented credentials of the same network', async () => {
  const order: string[] = []
  const app = Fastify()
  app.decorateRequest('principal', null)
  scheduleRequests(app, createCostAccount(), { countFor: () => {}, beginWaiting: () => () => {} })
  app.get('/', {
    onRequest: async (request) => {
      const credential = request.headers.authorization ?? ''
      order.push(credential)
      if (!credential.startsWith('valid')) throw new Error('an invented credential')
      request.principal = { id: 'ann', owner: null } as Principal
    },
    handler: async () => 'ok',
  })
  const get = (authorization: string) => app.inject({ url: '/', headers: { authorization } })
  await get('valid')
  order.length = 0
  const burst = Array.from({ length: 100 }, (_, index) => get(`invented ${index}`))
  await Promise.all([...burst, get('valid')])
  expect(order.indexOf('valid')).toBeLessThan(8)
  await app.close()
})

test('a health check waits neither for principals nor for other callers of its network', async () => {
  const order: string[] = []
  const app = Fastify()
  app.decorateRequest('principal', null)
  scheduleRequests(app, createCostAccount(), { countFor: () => {}, beginWaiting: () => () => {} })
  const response = async ({ url }: { url: string }) => {
    order.push(url)
    return 'ok'
  }
  app.get('/health', { config: { isUnlimited: true } }, response)
  app.get('/login', response)
  await app.inject('/login')
  order.length = 0
  const burst = Array.from({ length: 100 }, () => app.inject('/login'))
  await Promise.all([...burst, app.inject('/health')])
  expect(order.indexOf('/health')).toBeLessThan(8)
  await app.close()
})

test('many health checks of many networks wait for principals', async () => {
  const order: string[] = []
  const app = Fastify({ trustProxy: true })
  app.decorateRequest('principal', null)
  scheduleRequests(app, createCostAccount(), { countFor: () => {}, beginWaiting: () => () => {} })
  app.get('/health', { config: { isUnlimited: true } }, async () => 'ok')
  app.get('/call', {
    onRequest: async (request) => {
      request.principal = { id: 'ann', owner: null } as Principal
    },
    handler: async () => 'ok',
  })
  app.addHook('onResponse', async ({ url }) => void order.push(url))
  const call = () => app.inject({ url: '/call', headers: { authorization: 'valid' } })
  await call()
  order.length = 0
  const checks = Array.from({ length: 500 }, (_, index) =>
    app.inject({ url: '/health', headers: { 'x-forwarded-for': `192.0.${index >> 8}.${index & 255}` } }),
  )
  await Promise.all([...checks, call()])
  expect(order.indexOf('/call')).toBeLessThan(100)
  await app.close()
})

test('a principal whose requests cost much waits for the others, which start in the order of their sums', async () => {
  const { request, charge, started, turn } = startScheduler()
  for (const [caller, cost] of [
    ['ann', 900],
    ['bob', 400],
    ['cy', 600],
  ] as const)
    charge(caller, cost)
  request('ann', 'bob', 'cy', 'dee')
  expect(started).toEqual(['dee'])
  expect([await turn(0.5), await turn(0.5), await turn(0.5)]).toEqual([['bob'], ['cy'], ['ann']])
})

test('sums halve every second, so a principal that stopped starts at once again', async () => {
  const { request, charge, started, turn } = startScheduler()
  charge('ann', 900)
  request('bob')
  await turn(4_000)
  request('bob', 'ann')
  expect(started.slice(-1)).toEqual(['ann'])
})

test('a payer that pays while it waits moves behind cheaper ones', async () => {
  const { request, charge, turn } = startScheduler()
  for (const [caller, cost] of [
    ['ann', 300],
    ['bob', 400],
  ] as const)
    charge(caller, cost)
  request('ann', 'bob')
  charge('ann', 200)
  expect([await turn(0.5), await turn(0.5)]).toEqual([['bob'], ['ann']])
})

test('after a costly request, the next one waits as long as it took, while others start at once', async () => {
  const { request, charge, scheduler, start, started, turn } = startScheduler()
  for (const caller of ['ann', 'bob']) charge(caller, 500)
  for (const caller of ['ann', 'bob']) scheduler.schedule(payerOf(caller), () => start(caller, 20))
  request('cy')
  await turn(0)
  expect(started).toEqual(['cy', 'ann'])
  await turn(10)
  request('cy')
  expect(started.slice(2)).toEqual(['cy'])
  await turn(10)
  expect(started.slice(3)).toEqual(['bob'])
})

test('after costly work elsewhere, costly requests wait as long as the work took', async () => {
  const { request, charge, costs, started, turn } = startScheduler()
  charge('ann', 500)
  costs.chargeMeasured(payerOf('bob'), 'mask', 100, 30)
  request('ann', 'bob')
  expect(started).toEqual(['bob'])
  expect([await turn(10), await turn(10), await turn(10)]).toEqual([[], [], ['ann']])
})

test('a client network waits for principals, whatever it cost, but not forever', async () => {
  const { request, charge, started, turn } = startScheduler()
  charge('ann', 10_000)
  request('net1', ...burstOf('ann', 500), 'bob')
  expect(started).toEqual(['bob'])
  const starts: string[] = []
  while (!starts.includes('net1')) starts.push(...(await turn(0.9)))
  expect(starts.filter((caller) => caller === 'ann').length).toBeGreaterThan(100)
  expect(starts).not.toHaveLength(501)
})

test('client networks start in the order of their sums', async () => {
  const { request, charge, turn } = startScheduler()
  request('ann')
  for (const [caller, cost] of [
    ['net1', 30],
    ['net2', 10],
    ['net3', 20],
  ] as const)
    charge(caller, cost)
  request('net1', 'net2', 'net3')
  expect([await turn(0.5), await turn(0.5), await turn(0.5)]).toEqual([['net2'], ['net3'], ['net1']])
})
