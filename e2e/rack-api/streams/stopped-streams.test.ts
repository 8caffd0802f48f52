import { request } from 'node:http'
import { managementApi } from '@rack-gateway/testing/management-api'
import { openRawWebSocket, watchFrames } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { responseTo } from '../../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../../support/gateway/gateway-before.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { type PlainRack, startPlainRack } from '../../support/racks/plain-rack.ts'

/** As a rack does, this one leaves its connection open after the end of a stream. */
describe('a stream that ends because the gateway stops', () => {
  let system: System
  let rack: PlainRack
  let gateway: GatewayBefore
  let token: string
  beforeAll(async () => {
    system = await startSystem()
    rack = await startPlainRack({ onWebsocket: (_request, socket) => void socket.on('error', () => {}).resume() })
    token = await system.token('admin')
  })
  afterAll(async () => {
    await rack.close()
    await system.stop()
  })
  beforeEach(async () => {
    gateway = await startGatewayBefore(system, rack)
  })
  afterEach(() => gateway.stop())

  async function expectEnd(): Promise<void> {
    const [opened] = (await system.events()).slice(-1)
    expect(opened?.kind).toBe('opened')
    await gateway.stop()
    const closed = (await system.events()).filter(({ kind }) => kind === 'closed').at(-1)
    expect(closed).toMatchObject({ of: expect.anything(), request: opened?.request })
    expect(closed?.close).toContain('the gateway is being restarted')
  }

  test('is recorded, if it is a websocket', async () => {
    const client = await openRawWebSocket({ port: gateway.port, token }, '/apps/myapp/logs', [])
    watchFrames(client)
    client.on('end', () => client.end())
    await expectEnd()
  })

  test('is recorded, if it is a log of the management API', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const path = `${managementApi}/racks/staging/apps/myapp/logs`
    const asked = request(`${gateway.url}${path}`, { agent: false, headers }).end()
    const response = await responseTo(asked)
    response.resume()
    await expectEnd()
  })
})
