import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'
import { probe } from './probe.ts'

test('each call has a connection of its own, and what fails is named', async () => {
  const connections = new Set<unknown>()
  const server = createServer((request, response) => {
    connections.add(request.socket)
    if (request.url === '/1') response.writeHead(503, { 'content-length': '0' }).end()
    else if (request.url === '/2') request.socket.destroy()
    else response.writeHead(200, { 'content-length': '2' }).end('ok')
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  const seen = await probe({
    url,
    requestAt: (index) => Buffer.from(`GET /${index} HTTP/1.1\r\nHost: a\r\n\r\n`),
    count: 5,
    interval: 1,
  })
  expect(seen.latencies).toHaveLength(3)
  expect([...seen.errors].sort()).toEqual(['503', 'connection closed'])
  expect(connections.size).toBe(5)
})
