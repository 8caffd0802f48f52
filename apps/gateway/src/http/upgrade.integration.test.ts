import { createServer, type IncomingMessage } from 'node:http'
import { connectRaw } from '@rack-gateway/testing/http'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'
import { routeUpgrades } from './upgrade.ts'

const upgrade =
  'GET / HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n'

async function start() {
  const server = createServer()
  const requests: IncomingMessage[] = []
  // As while the request waits for its start.
  routeUpgrades(server, (request) => requests.push(request))
  const { url, close } = await listen(server)
  onTestFinished(close)
  const client = await connectRaw(url)
  client.send(upgrade)
  await expect.poll(() => requests).toHaveLength(1)
  return { client, socket: requests[0]?.socket }
}

test.each(['end', 'reset'] as const)('a client that goes away while its upgrade waits is noticed: %s', async (how) => {
  const { client, socket } = await start()
  // Not `once`, which rejects after an error.
  const closed = new Promise((resolve) => socket?.once('close', resolve))
  if (how === 'end') client.socket.end()
  else client.socket.resetAndDestroy()
  await closed
  expect(socket?.destroyed).toBe(true)
})
