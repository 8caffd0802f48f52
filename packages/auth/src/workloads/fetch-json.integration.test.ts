import dns from 'node:dns'
import { createServer, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { serverIdentity } from '@rack-gateway/testing/certificates'
import { type ListeningServer, listen } from '@rack-gateway/testing/server'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { deferred } from '../testing/deferred.ts'
import { fetchJson } from './fetch-json.ts'

let server: ListeningServer
let send: (response: ServerResponse) => void
let hungUp: Promise<unknown>
beforeEach(async () => {
  const { promise, resolve } = deferred<void>()
  hungUp = promise
  server = await listen(
    createServer((_request, response) => {
      response.once('close', resolve)
      send(response)
    }),
  )
})
afterEach(() => server.close())

function withoutEnd(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
  }
  response.on('drain', more)
  more()
}

/** Never aborted: a deadline would close the connection, too. */
const endless = new AbortController().signal

describe('the connection to a server is closed', () => {
  test('if its response is too long', async () => {
    send = withoutEnd
    await expect(fetchJson(server.url, endless)).rejects.toThrow('larger than 262144 bytes')
    await hungUp
  })

  test('if its response is too slow', async () => {
    const deadline = new AbortController()
    send = (response) => void response.write('{', () => deadline.abort(new Error('timeout')))
    await expect(fetchJson(server.url, deadline.signal)).rejects.toThrow('timeout')
    await hungUp
  })

  test('if its response is an endless error', async () => {
    send = (response) => withoutEnd(response.writeHead(503))
    await expect(fetchJson(server.url, endless)).rejects.toThrow('status 503')
    await hungUp
  })
})

test('a response of the maximum size is read completely', async () => {
  const text = 'x'.repeat(256 * 1024 - 2)
  send = (response) => void response.end(JSON.stringify(text))
  expect(await fetchJson(server.url)).toBe(text)
})

test('an issuer whose name resolves to a server inside the network sends it no request', async () => {
  let [connections, requests] = [0, 0]
  const inside = createTlsServer(serverIdentity, (_request, response) => {
    requests += 1
    response.end('{}')
  })
  inside.on('connection', () => {
    connections += 1
  })
  const { port, close } = await listen(inside)
  onTestFinished(close)
  const { lookup } = dns
  function resolve(_name: string, ...rest: unknown[]): void {
    Reflect.apply(lookup, dns, ['127.0.0.1', ...rest])
  }
  vi.spyOn(dns, 'lookup').mockImplementation(resolve as typeof lookup)
  await expect(fetchJson(`https://ci.example.com:${port}/`)).rejects.toThrow('fetch failed')
  expect([connections, requests]).toEqual([1, 0])
})
