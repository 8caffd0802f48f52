import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { managementApi } from '@rack-gateway/testing/management-api'
import { openRawWebSocket, upgradeHeaders } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

/**
 * `Rack` and `Session` are for the gateway. A rack that received them could take them for its own, and a session ID of a
 * caller would be in the logs of the rack.
 */
let system: System
let admin: string
let bound: string
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'] })
  admin = await system.token('admin')
  bound = await system.token('admin', { rack: 'staging' })
})
afterAll(() => system.stop())
beforeEach(() => {
  for (const rack of Object.values(system.racks)) rack.clearReceived()
})

const spellings = [
  ['Rack', 'Session'],
  ['rack', 'session'],
  ['RACK', 'SESSION'],
  ['rAcK', 'sEsSiOn'],
] as const
const session = 'a-session-of-a-caller'

/** How a call names its rack, and which of the two headers it has. */
const ways = [
  { way: 'console mode', prefix: '', hasRack: true, isBound: false },
  { way: 'console mode with the rack in the path', prefix: '/rack/staging', hasRack: true, isBound: false },
  { way: 'console mode with a rack-bound token', prefix: '', hasRack: true, isBound: true },
  { way: 'the direct mode', prefix: '/rack/staging', hasRack: false, isBound: false },
  { way: 'the direct mode with a rack-bound token', prefix: '', hasRack: false, isBound: true },
] as const
const cases = ways.flatMap((way) =>
  spellings.map(([rack, sessionName]) => ({
    ...way,
    spelling: `${rack} and ${sessionName}`,
    headers: [...(way.hasRack ? [`${rack}: gateway/staging`] : []), `${sessionName}: ${session}`],
  })),
)

const form = ['Content-Type: application/x-www-form-urlencoded']
const calls = [
  ['a read', 'GET /apps', [], ''],
  ['a form', 'PUT /apps/myapp', form, 'lock=false'],
  ['an upload', 'POST /apps/myapp/objects/headers.tgz', ['Content-Type: application/octet-stream'], 'bytes'],
] as const
const websockets = ['/apps/myapp/logs', '/system/logs', '/apps/myapp/processes/web/exec'] as const

const target = (start: string, prefix: string) => start.replace('/', `${prefix}/`)

/** All requests to both racks, also those of the gateway itself. */
function received() {
  return Object.values(system.racks).flatMap((rack) => rack.received)
}

function expectNeitherHeader(): void {
  for (const { rawHeaders } of received()) {
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).not.toContain('rack')
    expect(names).not.toContain('session')
    expect(rawHeaders.join('\n')).not.toContain(session)
  }
}

test.each(cases)('in $way, calls with $spelling reach the rack without them', async ({ prefix, isBound, headers }) => {
  for (const [, start, more, body] of calls) {
    const lines = ['Host: gateway', `Authorization: ${basicAuthorization(isBound ? bound : admin)}`]
    const response = await sendRaw(
      system.url,
      writeRequest(target(start, prefix), [...lines, ...headers, ...more], body),
    )
    expect(response.status).toBe(200)
  }
  const targets = received().map(({ method, target: path }) => `${method} ${path}`)
  expect(targets).toEqual(expect.arrayContaining(calls.map(([, start]) => start)))
  expectNeitherHeader()
})

test.each(cases)(
  'in $way, websockets with $spelling reach the rack without them',
  async ({ prefix, isBound, headers }) => {
    for (const path of websockets) {
      const caller = { port: system.port, token: isBound ? bound : admin }
      const socket = await openRawWebSocket(caller, `${prefix}${path}`, [...headers, 'Command: echo hi'])
      socket.destroy()
    }
    expect(received().map(({ target: path }) => path)).toEqual(expect.arrayContaining([...websockets]))
    expectNeitherHeader()
  },
)

test.each(spellings)(
  'the management API ignores %s and %s, and the rack does not receive them',
  async (rack, sessionName) => {
    const lines = ['Host: gateway', `Authorization: Bearer ${admin}`]
    const both = [`${rack}: gateway/production`, `${sessionName}: ${session}`]
    const response = await sendRaw(
      system.url,
      writeRequest(`GET ${managementApi}/racks/staging/apps`, [...lines, ...both]),
    )
    expect(response.status).toBe(200)
    expect(system.racks.production?.received).toEqual([])
    expect(system.racks.staging?.received.map(({ target: path }) => path)).toContain('/apps')
    expectNeitherHeader()
  },
)

test.each(
  spellings.flatMap(([rack, sessionName]) => [
    { name: rack, headers: ['Rack: gateway/staging', `${rack}: gateway/staging`] },
    { name: sessionName, headers: [`Session: ${session}`, `${sessionName}: ${session}`] },
  ]),
)('$name for a second time reaches no rack, in a call or a websocket', async ({ headers }) => {
  const lines = ['Host: gateway', `Authorization: ${basicAuthorization(admin)}`, ...headers]
  for (const start of ['GET /rack/staging/apps', 'PUT /rack/staging/apps/myapp'])
    expect((await sendRaw(system.url, writeRequest(start, lines))).status).toBe(400)
  const upgrade = writeRequest('GET /rack/staging/apps/myapp/logs', [...lines, ...upgradeHeaders])
  expect((await sendRaw(system.url, upgrade)).status).toBe(400)
  expect(received()).toEqual([])
})
