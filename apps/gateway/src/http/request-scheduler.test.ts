import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Principal } from '@rack-gateway/rbac-policy'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createRequestScheduler, scheduleRequests } from './request-scheduler.ts'

/** @param cost the milliseconds that the start of a request takes */
function startScheduler(cost = 0) {
  const clock = { time: 0 }
  const scheduler = createRequestScheduler(() => clock.time)
  const started: string[] = []
  function start(caller: string): void {
    started.push(caller)
    clock.time += cost
  }
  const request = (...callers: string[]) => {
    for (const caller of callers) scheduler.schedule(caller, () => start(caller))
  }
  /** The requests that the next turn of the event loop starts. @param after milliseconds until that turn begins */
  async function turn(after: number): Promise<string[]> {
    clock.time += after
    const before = started.length
    await nextTurn()
    return started.slice(before)
  }
  /** Waits until only the latest caller counts as active. */
  async function wait(): Promise<void> {
    await nextTurn()
    clock.time += 1_000
  }
  return { request, start, started, turn, wait, scheduler }
}

const burstOf = (caller: string, length: number) => Array.from({ length }, () => caller)

test('while one caller is active, a turn of the event loop starts its requests for four milliseconds', async () => {
  const { request, started, turn, wait } = startScheduler(0.5)
  request('ann')
  await wait()
  request(...burstOf('ann', 20))
  expect(started).toHaveLength(1 + 8)
  expect(await turn(0)).toHaveLength(8)
  expect(await turn(0)).toHaveLength(4)
  request('ann')
  expect(started).toHaveLength(1 + 21)
})

test('requests that find the event loop idle start at once', async () => {
  const { request, started, turn, wait } = startScheduler(0.5)
  request('ann')
  await wait()
  request(...burstOf('ann', 7))
  await turn(1)
  request(...burstOf('ann', 7))
  expect(started).toHaveLength(1 + 14)
})

test('the first request of each caller in a turn starts at once, whatever others have sent', async () => {
  const { request, started, turn } = startScheduler()
  request(...burstOf('ann', 100), 'bob', 'cy')
  expect(started).toEqual(['ann', 'bob', 'cy'])
  await turn(4)
  request('bob')
  expect(started.at(-1)).toBe('bob')
})

test('the requests of bursts start one by one in quiet turns, and their callers take turns', async () => {
  const { request, turn } = startScheduler()
  request(...burstOf('ann', 5), ...burstOf('bob', 5))
  const starts: string[][] = []
  for (let count = 0; count < 4; count++) starts.push(await turn(0.5))
  expect(starts).toEqual([['ann'], ['bob'], ['ann'], ['bob']])
})

test('while the event loop is busy, a request of a burst starts every five milliseconds', async () => {
  const { request, turn } = startScheduler()
  request('bob', ...burstOf('ann', 100))
  await turn(0.5)
  const starts: number[] = []
  for (let count = 0; count < 6; count++) starts.push((await turn(2)).length)
  expect(starts).toEqual([0, 0, 1, 0, 0, 1])
})

test('the only waiting request of a caller also starts in a busy turn, but not in a turn that is over', async () => {
  const { request, started, turn } = startScheduler(1)
  request(...burstOf('ann', 100), 'bob', 'cy', 'dee', 'eve', 'fay')
  expect(started).toEqual(['ann', 'bob', 'cy', 'dee'])
  await turn(2)
  expect(started.slice(4)).toEqual(['ann', 'eve', 'fay'])
})

test('a request that schedules another one does not lengthen the turn', async () => {
  const { request, scheduler, start, started, turn, wait } = startScheduler(0.5)
  function again(): void {
    start('ann')
    scheduler.schedule('ann', again)
  }
  request('ann')
  await wait()
  scheduler.schedule('ann', again)
  expect(started).toHaveLength(1 + 8)
  expect(await turn(0)).toHaveLength(8)
})

test('a caller whose credential was valid before does not wait for invented credentials of the same network', async () => {
  const order: string[] = []
  const app = Fastify()
  app.decorateRequest('principal', null)
  scheduleRequests(app)
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
