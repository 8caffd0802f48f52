import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatabaseTap, tapDatabase } from './support/database-tap.ts'
import { type System, startSystem } from './support/system.ts'

let system: System
const taps: DatabaseTap[] = []
beforeAll(async () => {
  system = await startSystem({
    async tap(url) {
      const tap = await tapDatabase(url)
      taps.push(tap)
      return tap.url
    },
  })
})
afterAll(() => system.stop())

const ready = () => system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')

test('the revision is asked for every 500 ms', async () => {
  // Each poll listens again, and reads.
  let statements = 0
  const more = async () => {
    statements += taps[0]?.take()['rack-gateway revision'] ?? 0
    return statements
  }
  await more()
  await expect.poll(more, { timeout: 5_000, interval: 10 }).toBeGreaterThan(statements)
  statements = 0
  const begun = performance.now()
  await expect.poll(more, { timeout: 20_000, interval: 10 }).toBeGreaterThanOrEqual(14)
  const each = (performance.now() - begun) / (statements / 2)
  expect(each).toBeGreaterThan(400)
  expect(each).toBeLessThan(1_000)
})

test('a gateway whose database is gone says within two seconds that it is not ready, and that identities may be old', async () => {
  expect(await ready()).toMatchObject({
    status: 200,
    json: { checks: { identities: { ready: true, detail: 'current' } } },
  })
  taps[0]?.close()
  const begun = performance.now()
  await expect
    .poll(async () => (await ready()).json, { timeout: 5_000 })
    .toMatchObject({
      status: 'not ready',
      checks: {
        database: { ready: false, detail: 'not reachable' },
        identities: { ready: false, detail: 'changes to tokens and bindings may not be known here' },
      },
    })
  expect(performance.now() - begun).toBeLessThan(4_000)
  expect((await ready()).status).toBe(503)
  const live = await system.raw('GET /gateway/health/live HTTP/1.1\r\nHost: gateway\r\n\r\n')
  expect(live.status).toBe(200)
})
