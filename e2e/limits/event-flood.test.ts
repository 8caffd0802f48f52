import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, writeRequest } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem, verifyStreams } from '../support/gateway/system.ts'

/** One principal floods the audit log: each denial is an event, and costs its caller nothing. */
const limits = { callsPerPrincipal: 32, callsPerConnection: 8 }

let system: System
let viewer: string
let deployer: string
beforeAll(async () => {
  system = await startSystem({ limits })
  viewer = await system.token('viewer')
  deployer = await system.token('deployer')
})
afterAll(() => system.stop())

/**
 * Sends denied calls over connections that are pipelined, while another principal makes calls.
 *
 * @returns the responses to the flood, and the maximum number of events in the write queue
 */
async function flood(path: string, connections: number, callsEach: number, onLimitReached = () => {}) {
  const call = writeRequest(`DELETE ${path}`, ['Host: gateway', `Authorization: ${basicAuthorization(viewer)}`])
  let mostWaiting = 0
  const flooding = await Promise.all(Array.from({ length: connections }, () => connectRaw(system.url)))
  const statusesOf = ({ received }: { received: string }) => received.match(/(?<=^HTTP\/1\.1 )\d+/gm) ?? []
  const watch = setInterval(() => {
    mostWaiting = Math.max(mostWaiting, system.app.audit.stats().waiting)
    if (flooding.some(({ received }) => received.includes('HTTP/1.1 503'))) onLimitReached()
  })
  for (const connection of flooding) connection.send(call.repeat(callsEach))
  const isOver = (connection: (typeof flooding)[number]) =>
    connection.socket.closed || statusesOf(connection).length === callsEach
  const others = new Set<number>()
  while (!flooding.every(isOver)) others.add((await system.get('/apps?', deployer)).status)
  clearInterval(watch)
  for (const connection of flooding) connection.end()
  return { statuses: flooding.flatMap(statusesOf), mostWaiting, others: [...others] }
}

/** How many denials of calls to a path or route are in the log, each with its principal. */
async function recorded(address: string): Promise<number> {
  const events = (await system.events()).filter(({ path, route }) => [path, route].includes(address))
  expect(events.every(({ principal }) => principal?.name === 'viewer@example.com')).toBe(true)
  return events.length
}

test('1,000 denials of one principal are all recorded, and other principals are served meanwhile', async () => {
  const { statuses, others } = await flood('/unknown/many', 4, 250)
  expect(new Set(statuses)).toEqual(new Set(['404']))
  expect(statuses).toHaveLength(1_000)
  expect(others).toEqual([200])
  expect(await recorded('/unknown/many')).toBe(1_000)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})

/** Blocks the audit log until a call is denied because of the limit, so that the result does not depend on its speed. */
async function floodBlockedLog(path: string, connections: number, callsEach: number) {
  const limitReached = new EventEmitter()
  const isOver = system.sql.begin(async (tx) => {
    await tx`lock table audit.events in share mode`
    const flooding = flood(path, connections, callsEach, () => limitReached.emit('denial'))
    await Promise.race([once(limitReached, 'denial'), flooding, once(AbortSignal.timeout(10_000), 'abort')])
    return { flooding }
  })
  return (await isOver).flooding
}

/** The flood's events, one event of the other principal, and one event that counts denials above the limit. */
const maxWaiting = limits.callsPerPrincipal + 2

test('denials of one principal do not fill the write queue: those above its limit are answered with 503 and counted', async () => {
  const { statuses, mostWaiting, others } = await floodBlockedLog('/unknown/parallel', 60, 50)
  expect(mostWaiting).toBeLessThanOrEqual(maxWaiting)
  expect(new Set(statuses)).toEqual(new Set(['404', '503']))
  expect(others).toEqual([200])
  const counted = async () =>
    (await system.events())
      .filter(({ kind, decision }) => kind === 'refused' && decision?.rule === 'call-limit')
      .reduce((sum, { count = 0 }) => sum + count, 0)
  await expect
    .poll(async () => (await recorded('/unknown/parallel')) + (await counted()))
    .toBeGreaterThanOrEqual(statuses.length)
  const named = statuses.filter((status) => status === '404').length
  expect(await recorded('/unknown/parallel')).toBeGreaterThanOrEqual(named)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})

test('denials of the management API are limited in the same way', async () => {
  const { statuses, mostWaiting, others } = await floodBlockedLog(`/gateway/api/v1/trusts/${randomUUID()}`, 30, 20)
  expect(mostWaiting).toBeLessThanOrEqual(maxWaiting)
  expect(new Set(statuses)).toEqual(new Set(['403', '503']))
  expect(others).toEqual([200])
  const denied = statuses.filter((status) => status === '403').length
  expect(await recorded('DELETE /gateway/api/v1/trusts/{id}')).toBeGreaterThanOrEqual(denied)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})
