import { createServer, type RequestListener, type Server } from 'node:http'
import { createDemoRack } from '@rack-gateway/demo-rack'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listen } from '../subjects/listen.ts'
import { websocketHandshake } from '../workloads/request.ts'
import { closedLoop } from './closed-loop.ts'
import { echo } from './echo.ts'
import { requests } from './requests.ts'

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: await listen(server), server }
}

const exchange = requests(Buffer.from('GET /apps? HTTP/1.1\r\nHost: bench\r\n\r\n'))

test('every response is counted once, and each connection has one request in progress', async () => {
  let served = 0
  let underWay = 0
  let most = 0
  const { url } = await serve((_request, response) => {
    served++
    most = Math.max(most, ++underWay)
    response.on('finish', () => underWay--)
    setImmediate(() => response.end('ok'))
  })
  const { count, latencies, seconds } = await closedLoop({ url, exchange, connections: 4, milliseconds: 100 })
  expect(count).toBe(served)
  expect(latencies).toHaveLength(served)
  expect(most).toBeLessThanOrEqual(4)
  expect(seconds).toBeGreaterThanOrEqual(0.1)
})

test('latencies come in ascending order', async () => {
  const { url } = await serve((_request, response) => response.end('ok'))
  const { latencies } = await closedLoop({ url, exchange, connections: 2, milliseconds: 50 })
  expect([...latencies]).toEqual([...latencies].sort((a, b) => a - b))
})

test('a refusal ends the run: it is faster than a response and would look like speed', async () => {
  const { url } = await serve((_request, response) => response.writeHead(503, { 'Content-Length': 2 }).end('no'))
  await expect(closedLoop({ url, exchange, connections: 2, milliseconds: 50 })).rejects.toThrow('a response was 503')
})

test('a connection that ends is an error', async () => {
  const { url } = await serve((_request, response) => response.destroy())
  await expect(closedLoop({ url, exchange, connections: 1, milliseconds: 50 })).rejects.toThrow('a connection ended')
})

test('all connections are closed afterwards', async () => {
  const { url, server } = await serve((_request, response) => response.end('ok'))
  await closedLoop({ url, exchange, connections: 8, milliseconds: 20 })
  await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0)
})

test('a websocket is opened before the clock runs, and its frames are counted', async () => {
  const rack = createDemoRack({ name: 'bench', token: 'password', fixedResponses: true })
  const url = await rack.listen()
  onTestFinished(() => rack.close())
  const { createReader, ...exchange } = echo(websocketHandshake(url, 'password'))
  // Each response takes a millisecond, the two handshakes included.
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const counted = {
    ...exchange,
    createReader: (onResponse: () => void) =>
      createReader(() => {
        now++
        onResponse()
      }),
  }
  const { count, seconds } = await closedLoop({ url, exchange: counted, connections: 2, milliseconds: 10 })
  // At the tenth answer, the other connection has one frame under way.
  expect([count, seconds]).toEqual([11, 0.011])
})
