import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeFrame, openRawWebSocket, watchFrames } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginCall, textOf } from '../../support/callers/caller.ts'
import { fakeTimers, meanwhile, pass, realTimers } from '../../support/gateway/fake-time.ts'
import { type GatewayBefore, startGatewayBefore } from '../../support/gateway/gateway-before.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { type PlainRack, startPlainRack } from '../../support/racks/plain-rack.ts'

const minute = 60_000

describe('long calls do not time out', () => {
  let system: System
  let rack: PlainRack
  let gateway: GatewayBefore
  let token: string
  let onRequest: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  let onWebsocket: (socket: Duplex) => void = () => {}
  beforeAll(async () => {
    system = await startSystem()
    token = await system.token('admin')
    rack = await startPlainRack({
      onRequest: (request, response) => onRequest(request, response),
      onWebsocket: (_request, socket) => onWebsocket(socket),
    })
  })
  afterAll(async () => {
    await rack.close()
    await system.stop()
  })

  const startGateway = async () => {
    gateway = await startGatewayBefore(system, rack)
  }
  const begin = (method: string, path: string) => beginCall({ port: gateway.port, token }, { method, path })

  /** Begins a promote, and waits until the rack has it. */
  async function beginPromote() {
    const arriving = new Promise<ServerResponse>((resolve) => {
      onRequest = (request, response) => void request.resume().once('end', () => resolve(response))
    })
    const call = begin('POST', '/apps/myapp/releases/RNEW/promote')
    call.request.end()
    return { call, arriving }
  }
  async function openLogs() {
    const arriving = new Promise<Duplex>((resolve) => {
      onWebsocket = resolve
    })
    const client = await openRawWebSocket({ port: gateway.port, token }, '/apps/myapp/logs')
    return { client, socket: await arriving }
  }

  /** All tests share the clock, so a timer that one test leaves fires in the next one. */
  describe('on an advanced clock', () => {
    beforeAll(async () => {
      fakeTimers()
      await meanwhile(startGateway())
    })
    afterAll(async () => {
      await meanwhile(gateway.stop())
      realTimers()
    })

    test('a promote that answers after ten minutes is answered', async () => {
      const { call, arriving } = await beginPromote()
      const response = await meanwhile(arriving)
      await pass(11 * minute)
      response.end('promoted')
      const received = await meanwhile(call.response)
      expect([received.statusCode, await textOf(received)]).toEqual([200, 'promoted'])
    })

    test('a response that stops for ten minutes in the middle continues', async () => {
      const arriving = new Promise<ServerResponse>((resolve) => {
        onRequest = (_request, response) => {
          response.write('first,')
          resolve(response)
        }
      })
      const call = begin('GET', '/apps/myapp/builds/B1.tgz')
      call.request.end()
      const response = await meanwhile(arriving)
      const received = await meanwhile(call.response)
      await pass(11 * minute)
      response.end('second')
      expect(await meanwhile(textOf(received))).toBe('first,second')
    })

    test('a log stream that is silent for an hour continues, with pings that keep both sides alive', async () => {
      const { client, socket } = await meanwhile(openLogs())
      const seen = watchFrames(client)
      let toRack = 0
      socket.on('data', (chunk: Buffer) => {
        toRack += chunk.length
      })
      await pass(61 * minute)
      expect([client.readableEnded, socket.readableEnded, seen.close]).toEqual([false, false, null])
      socket.write(encodeFrame({ opcode: 1, payload: Buffer.from('after an hour') }))
      await expect.poll(() => seen.payloadBytes).toBe('after an hour'.length)
      const pingsToRack = toRack / 6
      for (const pings of [seen.pings, pingsToRack]) expect(pings).toBeGreaterThanOrEqual(61)
      client.destroy()
    })
  })

  describe('by its settings', () => {
    beforeEach(startGateway)
    afterEach(() => gateway.stop())

    test('the timers of Node itself, which cannot be advanced, are off on all connections of a call', async () => {
      const connections: Socket[] = []
      const note = (message: unknown) => {
        const socket: unknown = message instanceof Object ? Reflect.get(message, 'socket') : null
        if (socket instanceof Socket) connections.push(socket)
      }
      subscribe('undici:client:connected', note)
      const { server } = gateway.app
      server.on('connection', (socket: Socket) => connections.push(socket))
      expect([server.requestTimeout, server.timeout]).toEqual([0, 0])
      const { call, arriving } = await beginPromote()
      const response = await arriving
      const logs = await openLogs()
      expect(connections).toHaveLength(3)
      expect(connections.map(({ timeout }) => timeout ?? 0)).toEqual([0, 0, 0])
      response.end()
      await call.response
      logs.client.destroy()
      unsubscribe('undici:client:connected', note)
    })

    test('the limit for the head of a request does not apply to calls and uploads in progress', async () => {
      const { server } = gateway.app
      const { call, arriving } = await beginPromote()
      const response = await arriving
      const uploading = new Promise((resolve) => {
        onRequest = (request, received) => {
          request.once('data', resolve).once('end', () => received.end('{"id":"BIMPORTED"}'))
        }
      })
      const upload = begin('POST', '/apps/myapp/builds/import')
      upload.request.write('a slow ')
      await uploading
      const { client } = await openLogs()
      const half = connect(gateway.port, '127.0.0.1').resume()
      half.write('GET /apps HTTP/1.1\r\nHost:')
      let cut = false
      half.once('close', () => {
        cut = true
      })

      server.headersTimeout = 1
      await expect
        .poll(() => {
          checkConnections(gateway)
          return cut
        })
        .toBe(true)
      expect(client.readableEnded).toBe(false)
      response.end('promoted')
      upload.request.end('upload')
      expect(await textOf(await call.response)).toBe('promoted')
      expect(await textOf(await upload.response)).toContain('BIMPORTED')
      client.destroy()
    })
  })
})

/** What Node does every 30 seconds to connections that are over a limit, done now. */
function checkConnections({ app: { server } }: GatewayBefore): void {
  const symbols = Object.getOwnPropertySymbols(server)
  const name = symbols.find(({ description }) => description === 'http.server.connectionsCheckingInterval')
  const timer: unknown = name === undefined ? null : Reflect.get(server, name)
  const check: unknown = timer instanceof Object ? Reflect.get(timer, '_onTimeout') : null
  if (typeof check !== 'function') throw new Error('this Node checks its connections in another way')
  check()
}
