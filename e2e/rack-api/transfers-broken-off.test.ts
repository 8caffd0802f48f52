import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { encodeFrame, openRawWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gibibyte, measure, mebibyte, pour } from '../support/callers/bulk.ts'
import { beginCall } from '../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../support/gateway/gateway-before.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../support/racks/before-plain-rack.ts'

interface RackSide {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

describe('a transfer that breaks off', () => {
  let at: BeforePlainRack<GatewayBefore>
  let token: string
  let onRequest: (side: RackSide) => void = () => {}
  let onWebsocket: (socket: Duplex) => void = () => {}
  beforeAll(async () => {
    at = await startBeforePlainRack(startGatewayBefore, {
      onRequest: (request, response) => onRequest({ request, response }),
      onWebsocket: (_request, socket) => onWebsocket(socket),
    })
    token = await at.system.token('admin')
  })
  afterAll(() => at.stop())
  beforeEach(() => {
    onRequest = () => {}
    onWebsocket = () => {}
  })

  const download = () => {
    const call = beginCall({ port: at.gateway.port, token }, { method: 'GET', path: '/apps/myapp/builds/B1.tgz' })
    call.request.end()
    return call
  }
  const upload = (headers = {}) =>
    beginCall(
      { port: at.gateway.port, token },
      {
        method: 'POST',
        path: '/apps/myapp/builds/import',
        headers: { 'Content-Type': 'application/octet-stream', ...headers },
      },
    )
  /** Without counted refusals of unauthenticated requests, which are written up to a second later. */
  const lastRecorded = async () => (await at.system.events()).findLast(({ kind }) => kind !== 'refused')
  /** The next call as the rack sees it. */
  function nextCall(): Promise<RackSide> {
    return new Promise((resolve) => {
      onRequest = resolve
    })
  }
  function nextWebsocket(): Promise<Duplex> {
    return new Promise((resolve) => {
      onWebsocket = resolve
    })
  }

  describe('by the client', () => {
    test('while the rack is thinking: the rack is hung up on', async () => {
      const arriving = nextCall()
      const call = download()
      const { request } = await arriving
      call.request.destroy()
      await expect.poll(() => request.socket.destroyed).toBe(true)
    })

    test('in the middle of a response: the call to the rack is aborted, and the event says that the caller disconnected', async () => {
      const arriving = nextCall()
      const call = download()
      const { request, response } = await arriving
      void pour(response, gibibyte)
      const received = await call.response
      await once(received, 'data')
      received.destroy()
      await expect.poll(() => request.socket.destroyed).toBe(true)
      await expect
        .poll(lastRecorded)
        .toMatchObject({ kind: 'closed', close: expect.stringContaining('the caller disconnected') })
    })

    test('in the middle of a response that it had stopped reading', async () => {
      const arriving = nextCall()
      const call = download()
      const { request, response } = await arriving
      let sent = 0
      void pour(response, gibibyte, (sum) => {
        sent = sum
      })
      const received = await call.response
      received.pause()
      await waitUntilStable(() => sent)
      received.destroy()
      await expect.poll(() => request.socket.destroyed).toBe(true)
    })

    test.each([
      ['chunked', {}],
      ['with a length', { 'Content-Length': gibibyte }],
    ])('in the middle of an upload %s: the rack sees a cut, never an end', async (_how, headers) => {
      const arriving = nextCall()
      const call = upload(headers)
      void pour(call.request, mebibyte)
      const { request } = await arriving
      const ends: string[] = []
      request.on('end', () => ends.push('end')).on('error', () => ends.push('cut'))
      request.once('data', () => call.request.destroy())
      await expect.poll(() => [ends, request.socket.destroyed]).toEqual([['cut'], true])
    })

    test.each([
      ['hangs up', (socket: Socket) => void socket.end()],
      ['is killed', (socket: Socket) => void socket.destroy()],
      ['resets', (socket: Socket) => void socket.resetAndDestroy()],
    ])('when a websocket client %s: the rack sees the end', async (_how, breakOff) => {
      const arriving = nextWebsocket()
      const client = await openRawWebSocket({ port: at.gateway.port, token }, '/apps/myapp/logs')
      const socket = await arriving
      const ended = new Promise((resolve) => socket.resume().once('end', resolve))
      socket.write(encodeFrame({ opcode: 1, payload: Buffer.from('a line\n') }))
      await once(client.resume(), 'data')
      breakOff(client)
      await ended
      socket.end()
      await expect.poll(() => socket.destroyed).toBe(true)
    })

    test('while a websocket client does not read', async () => {
      const arriving = nextWebsocket()
      const client = await openRawWebSocket({ port: at.gateway.port, token }, '/apps/myapp/logs')
      const socket = await arriving
      let sent = 0
      socket.on('error', () => undefined)
      socket.write(encodeFrame({ opcode: 2, payload: Buffer.alloc(0), length: gibibyte }))
      void pour(socket, gibibyte, (sum) => {
        sent = sum
      })
      await waitUntilStable(() => sent)
      const ended = new Promise((resolve) => socket.resume().once('end', resolve).once('close', resolve))
      client.destroy()
      await ended
      socket.destroy()
    })
  })

  describe('by the rack', () => {
    test.each([
      ['chunked', {}],
      ['with a length', { 'Content-Length': 2 * mebibyte }],
    ])('in the middle of a response %s: it never looks complete', async (_how, headers) => {
      const arriving = nextCall()
      const call = download()
      const { response } = await arriving
      response.writeHead(200, headers)
      await pour(response, mebibyte)
      const received = await call.response
      const measured = measure(received)
      await once(received, 'data')
      response.socket?.end()
      await expect(measured).rejects.toThrow()
      expect(received.complete).toBe(false)
      await expect
        .poll(lastRecorded)
        .toMatchObject({ kind: 'closed', status: 200, close: expect.stringContaining('did not answer completely') })
    })

    test('in the middle of an upload: the error says that the change may have been made', async () => {
      const arriving = nextCall()
      const call = upload()
      void pour(call.request, mebibyte)
      const { request } = await arriving
      await once(request, 'data')
      request.socket.resetAndDestroy()
      const received = await call.response
      expect(received.statusCode).toBe(502)
      const text = (await received.toArray()).join('')
      expect(text).toContain('RGW_CHANGE_UNCLEAR')
      call.request.destroy()
    })

    test.each([
      ['hangs up', (socket: Duplex) => void socket.end()],
      ['resets', (socket: Duplex) => void socket.destroy()],
    ])('when the websocket of the rack %s: the client sees the end', async (_how, breakOff) => {
      const arriving = nextWebsocket()
      const client = await openRawWebSocket({ port: at.gateway.port, token }, '/apps/myapp/logs')
      const socket = await arriving
      const ended = new Promise((resolve) => client.resume().once('end', resolve))
      breakOff(socket)
      await ended
      client.end()
      await expect.poll(() => socket.destroyed).toBe(true)
    })
  })

  test('afterwards the gateway answers as before', async () => {
    onRequest = ({ response }) => void response.end('whole')
    const received = await download().response
    expect([received.statusCode, await measure(received)]).toEqual([200, 5])
  })
})
