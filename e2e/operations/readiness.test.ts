import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

let system: System
const statementCounters: StatementCounter[] = []
/** Tells the timers of this gateway from others in the same process. */
const ownTimers = new AsyncLocalStorage<true>()
beforeAll(async () => {
  const databaseProxy = async (url: string) => {
    const started = await startStatementCounter(url)
    statementCounters.push(started)
    return started.url
  }
  system = await ownTimers.run(true, () => startSystem({ databaseProxy, tuning: { auditLimits: { deadline: 1_000 } } }))
})
afterAll(() => system.stop())

const ready = () => system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')

test('the revision is asked for after each pause of 500 ms', async () => {
  let count = 0
  const counting = new Proxy(setTimeout, {
    apply(target, self, args) {
      if (args[1] === 500 && ownTimers.getStore()) count += 1
      return Reflect.apply(target, self, args)
    },
  })
  vi.stubGlobal('setTimeout', counting)
  const pauses = () => count
  // Each poll listens again, and reads.
  const statements = () => statementCounters[0]?.take()['rack-gateway revision'] ?? 0
  await expect.poll(pauses).toBe(1)
  statements()
  await expect.poll(pauses, { interval: 10 }).toBeGreaterThanOrEqual(7)
  expect(statements()).toBe(2 * (pauses() - 1))
})

test('without the database, the gateway reports that it is not ready, and that identities can be stale', async () => {
  await expect.poll(ready).toMatchObject({
    status: 200,
    json: { checks: { identities: { ready: true, detail: 'current' } } },
  })
  statementCounters[0]?.close()
  await expect
    .poll(async () => (await ready()).json)
    .toMatchObject({
      status: 'not ready',
      checks: {
        database: { ready: false, detail: 'not reachable' },
        identities: { ready: false, detail: 'changes to tokens and bindings may not be known here' },
      },
    })
  expect((await ready()).status).toBe(503)
  const live = await system.raw('GET /gateway/health/live HTTP/1.1\r\nHost: gateway\r\n\r\n')
  expect(live.status).toBe(200)
})
