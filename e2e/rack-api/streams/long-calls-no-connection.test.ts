import { openRawWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginCall, textOf } from '../../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../../support/gateway/gateway-before.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { openSilentPort } from '../../support/racks/silent-port.ts'

/** Milliseconds. */
const connectTimeout = 500

describe.skipIf(process.platform !== 'linux')('a rack that does not accept connections', () => {
  let system: System
  let port: Awaited<ReturnType<typeof openSilentPort>>
  let gateway: GatewayBefore
  let token: string
  beforeAll(async () => {
    system = await startSystem()
    token = await system.token('admin')
    port = await openSilentPort()
    gateway = await startGatewayBefore(system, { url: port.url, token: 'password-of-nobody' }, {}, { connectTimeout })
  })
  afterAll(async () => {
    await gateway.stop()
    await port.close()
    await system.stop()
  })

  async function timed(work: () => Promise<string>): Promise<{ text: string; ms: number }> {
    const begin = performance.now()
    const text = await work()
    return { text, ms: performance.now() - begin }
  }
  const call = (method: string, path: string) => async () => {
    const { request, response } = beginCall({ port: gateway.port, token }, { method, path })
    request.end()
    const message = await response
    return `${message.statusCode} ${await textOf(message)}`
  }
  const websocket = () =>
    openRawWebSocket({ port: gateway.port, token }, '/apps/myapp/logs').then(
      () => 'upgraded',
      (error: Error) => error.message,
    )

  test('is 502 with its name after the connect timeout: for reads, changes and websockets alike', async () => {
    const calls = [call('GET', '/apps'), call('DELETE', '/apps/myapp'), websocket]
    const refusals = await Promise.all(calls.map(timed))
    for (const { text, ms } of refusals) {
      expect(text).toContain('502')
      expect(text).toContain('The rack staging cannot be reached: its address does not answer.')
      expect(text).toContain('RGW_RACK_UNREACHABLE')
      expect(ms).toBeGreaterThan(connectTimeout - 50)
    }
    const events = await system.events()
    const outcome = events.find(({ kind }) => kind === 'outcome')
    expect(outcome).toMatchObject({ status: 502, close: expect.stringContaining('its address does not answer') })
  })
})
