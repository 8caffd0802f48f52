import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connectRaw, writeRequest } from '@rack-gateway/testing/http'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gibibyte, mebibyte, pour } from '../support/callers/bulk.ts'
import { beginCall, textOf } from '../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../support/gateway/gateway-before.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../support/racks/before-plain-rack.ts'

const path = '/apps/myapp/builds/import'
const octets = { 'Content-Type': 'application/octet-stream' }

describe('an upload', () => {
  let at: BeforePlainRack<GatewayBefore>
  let admin: string
  let viewer: string
  let onRequest: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  let heard: string[] = []
  beforeAll(async () => {
    at = await startBeforePlainRack(startGatewayBefore, {
      onRequest(request, response) {
        heard.push(`${request.method} ${request.url}`)
        onRequest(request, response)
      },
    })
    admin = await at.system.token('admin')
    viewer = await at.system.token('viewer')
  })
  afterAll(() => at.stop())
  beforeEach(() => {
    heard = []
    onRequest = (request, response) => {
      request.on('end', () => response.end('{"id":"B1"}')).resume()
    }
  })

  const upload = (token: string, headers = {}) =>
    beginCall({ port: at.gateway.port, token }, { method: 'POST', path, headers: { ...octets, ...headers } })

  describe('with Expect: 100-continue', () => {
    test('is asked for once its intent is recorded, and arrives whole', async () => {
      let bytes = 0
      onRequest = (request, response) => {
        request.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        request.on('end', () => response.end('{"id":"B1"}'))
      }
      const call = upload(admin, { Expect: '100-continue', 'Content-Length': mebibyte })
      call.request.flushHeaders()
      await once(call.request, 'continue')
      expect(await at.system.lastEvent()).toMatchObject({ kind: 'intent', route: 'POST /apps/{app}/builds/import' })
      await pour(call.request, mebibyte)
      call.request.end()
      expect([(await call.response).statusCode, bytes]).toEqual([200, mebibyte])
    })

    test('is denied before the body is requested if the caller lacks the permission', async () => {
      const call = upload(viewer, { Expect: '100-continue', 'Content-Length': gibibyte })
      let asked = false
      call.request.on('continue', () => {
        asked = true
      })
      call.request.flushHeaders()
      const received = await call.response
      expect([received.statusCode, asked, heard]).toEqual([403, false, []])
      call.request.destroy()
    })

    test('asks the rack without the expectation, which is between the client and the gateway', async () => {
      let expectation: string | undefined = 'none seen'
      onRequest = (request, response) => {
        expectation = request.headers.expect
        request.on('end', () => response.end()).resume()
      }
      const call = upload(admin, { Expect: '100-continue', 'Content-Length': 3 })
      call.request.flushHeaders()
      await once(call.request, 'continue')
      call.request.end('abc')
      expect([(await call.response).statusCode, expectation]).toEqual([200, undefined])
    })
  })

  describe('with an early answer of the rack', () => {
    const tooLarge = (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(413, { 'Content-Type': 'application/json' }).end('{"error":"too large for this rack"}')
    }

    test.each([
      ['chunked', {}],
      ['with a length', { 'Content-Length': gibibyte }],
    ])(
      '%s: the response reaches the client while it still sends',
      async (_how, headers) => {
        onRequest = tooLarge
        const call = upload(admin, headers)
        const poured = pour(call.request, gibibyte)
        const received = await call.response
        expect([received.statusCode, await textOf(received)]).toEqual([413, expect.stringContaining('too large')])
        expect(await at.system.lastEvent()).toMatchObject({ kind: 'outcome', status: 413 })
        await poured
        await expect.poll(() => call.request.destroyed).toBe(true)
      },
      20_000,
    )

    test.each(['keep-alive', 'close'])(
      'a client that sends a lot before it reads still sees the response, with Connection: %s',
      async (after) => {
        onRequest = tooLarge
        const connection = await connectRaw(at.gateway.url)
        connection.socket.pause()
        const headers = [
          `Authorization: Bearer ${admin}`,
          'Content-Type: application/octet-stream',
          `Connection: ${after}`,
        ]
        connection.send(writeRequest(`POST ${path}`, [...headers, `Content-Length: ${gibibyte}`]))
        await pour(connection.socket, 12 * mebibyte)
        connection.socket.resume()
        await connection.waitFor('too large for this rack')
        connection.end()
      },
    )

    test('is read only as far as the buffers allow', async () => {
      let offered = 0
      onRequest = (request, response) => {
        request.pause()
        tooLarge(request, response)
      }
      const call = upload(admin)
      void pour(call.request, gibibyte, (sum) => {
        offered = sum
      })
      await call.response
      await waitUntilStable(() => offered)
      expect(offered).toBeLessThan(64 * mebibyte)
      call.request.destroy()
    })
  })

  test('the rest of a denied upload is never parsed as the next request', async () => {
    const smuggled = `GET /apps/smuggled? HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin}\r\n\r\n`
    const connection = await connectRaw(at.gateway.url)
    const headers = [`Authorization: Bearer ${viewer}`, 'Content-Type: application/octet-stream']
    connection.send(writeRequest(`POST ${path}`, [...headers, `Content-Length: ${mebibyte}`]))
    connection.send(smuggled.repeat(1_000))
    await connection.ended
    expect(connection.received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403'])
    expect(heard).toEqual([])
  })
})
