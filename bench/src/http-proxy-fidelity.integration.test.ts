import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { Agent } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { proxyOptions } from './proxy-options.ts'
import { listen } from './subjects/listen.ts'

/**
 * Sends one request through @fastify/http-proxy.
 *
 * @returns the lines of the head that reached the upstream, or the status line of the proxy's own response
 */
async function forwarded(target: string, headers: readonly string[]): Promise<string[]> {
  const heads: string[] = []
  const upstream = createServer((socket) => {
    socket.once('data', (head) => {
      heads.push(head.toString('latin1'))
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
  })
  const agent = new Agent()
  const app = Fastify({ logger: false })
  await app.register(httpProxy, proxyOptions(await listen(upstream), agent))
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  onTestFinished(async () => {
    await app.close()
    await agent.destroy()
    upstream.close()
  })
  const socket = connect({ host: '127.0.0.1', port: Number(port) })
  socket.write([`GET ${target} HTTP/1.1`, 'Host: gateway', ...headers, '', ''].join('\r\n'), 'latin1')
  const [response] = await once(socket, 'data')
  socket.destroy()
  const [head = String(response)] = heads
  return head.split('\r\n')
}

/** If one of these fails, review docs/decisions/0001-forwarder.md. */
test('@fastify/http-proxy does not forward targets and headers byte for byte', async () => {
  const exec = await forwarded('/apps?', ['TIMEOUT: 5', 'Command: sleep 1', 'Command: sh'])
  expect(exec).toEqual(expect.arrayContaining(['GET /apps? HTTP/1.1', 'timeout: 5', 'command: sleep 1, sh']))
  const hopByHop = await forwarded('/apps?', ['Connection: keep-alive, Command', 'Command: sh'])
  expect(hopByHop).toContain('GET /apps? HTTP/1.1')
  expect(hopByHop.join('\n')).not.toMatch(/^command:/im)
  expect(await forwarded('/apps/web/objects/`', [])).toContain('GET /apps/web/objects/%60 HTTP/1.1')
  expect(await forwarded('/apps/web/objects/%FF', [])).toContain('HTTP/1.1 400 Bad Request')
})
