import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { expect, test } from 'vitest'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import { CallerSignal } from './caller-signal.ts'
import { requestHeaders } from './headers.ts'
import { relay } from './relay.ts'
import { httpPeer, rackAt, token } from './testing/peer.ts'
import type { Relay } from './types.ts'
import { readHandshake, writeUpgrade } from './websocket.ts'

const MiB = 1024 * 1024

/** Two other websocket implementations with the gateway between them. */
async function through(options: ClientOptions = {}) {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: true, maxPayload: 64 * MiB })
  const rackHeaders: NodeJS.Dict<string | string[]>[] = []
  const accepted = once(server, 'connection')
  const upstream = await httpPeer(
    () => {},
    (request, socket, head) => {
      rackHeaders.push(request.headers)
      server.handleUpgrade(request, socket, head, (peer) => server.emit('connection', peer))
    },
  )
  const rack = rackAt(upstream.port)
  const relays: Relay[] = []
  const gateway = await httpPeer(
    () => {},
    async (request, socket, clientHead) => {
      socket.on('error', () => {})
      const handshake = readHandshake(request)
      if (!handshake.ok) throw new Error(handshake.reason)
      const rules = { allowed: new Set(['command']), encoding: 'as-requested', actor: 'ada' } as const
      const headers = requestHeaders(request.rawHeaders, rules)
      const target = request.url ?? '/'
      const call = { method: 'GET', target, headers, body: null, length: null }
      const upgrade = await rack.upgrade(call, new CallerSignal())
      if (!upgrade.upgraded) throw new Error('not upgraded')
      writeUpgrade(socket, handshake.key)
      const { socket: rackSocket, head: rackHead } = upgrade
      relays.push(relay({ client: socket, clientHead, rack: rackSocket, rackHead, clock: performance }))
    },
  )
  const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/apps/web/processes/p/exec`, {
    headers: { Command: 'rake', Origin: 'http://evil.example', Authorization: 'Basic dXNlcjpnYXRld2F5' },
    maxPayload: 64 * MiB,
    ...options,
  })
  await once(client, 'open')
  const [peer]: WebSocket[] = await accepted
  const [joined] = relays
  if (peer === undefined || joined === undefined) throw new Error('not joined')
  return { client, peer, relay: joined, rackHeaders: rackHeaders[0] ?? {} }
}

test('the gateway makes its own handshake with the rack, without compression', async () => {
  const { client, rackHeaders } = await through({ perMessageDeflate: true })
  expect(client.extensions).toBe('')
  expect(rackHeaders).toMatchObject({
    command: 'rake',
    'convox-actor': 'ada',
    authorization: basicAuthorization(token),
  })
  expect(Object.keys(rackHeaders)).not.toEqual(expect.arrayContaining(['origin']))
  expect(rackHeaders['sec-websocket-extensions']).toBeUndefined()
})

test('messages of every size arrive in both directions, with pings in between', async () => {
  const { client, peer, relay } = await through()
  for (const size of [0, 1, 125, 126, 1024, 65_535, 65_536, 65_537, 300_000, 20 * MiB]) {
    const message = Buffer.alloc(size, 'convox')
    for (const [from, to] of [
      [client, peer],
      [peer, client],
    ] as const) {
      const received = once(to, 'message')
      from.send(message)
      relay.ping()
      const [data, binary] = await received
      expect([Buffer.compare(data, message), binary]).toEqual([0, true])
    }
  }
})

test('both sides answer a ping of the gateway, and ignore the other pong', async () => {
  const { client, peer, relay } = await through()
  const pongs = [once(client, 'pong'), once(peer, 'pong')]
  relay.ping()
  await Promise.all(pongs)
  expect([client.readyState, peer.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
})

test.each([1000, 1011, 4001])('the close code %i and its reason are forwarded in both directions', async (code) => {
  for (const by of ['client', 'peer'] as const) {
    const sides = await through()
    const seen = once(sides[by === 'client' ? 'peer' : 'client'], 'close')
    sides[by].close(code, 'because')
    const [received, reason] = await seen
    expect([received, String(reason)]).toEqual([code, 'because'])
    expect(await sides.relay.ended).toMatchObject({ by: by === 'client' ? 'client' : 'rack', code, reason: 'closed' })
  }
})

test('both sides understand end(): text, end of stream, close code, and reason', async () => {
  const { client, peer, relay } = await through()
  const messages: [string, boolean][] = []
  client.on('message', (data, binary) => messages.push([String(data), binary]))
  const closes = [once(client, 'close'), once(peer, 'close')]
  relay.end('your access was revoked', { code: 1008, text: 'ERROR: your access was revoked\n' })
  for (const [code, reason] of await Promise.all(closes)) {
    expect([code, String(reason)]).toEqual([1008, 'your access was revoked'])
  }
  expect(messages).toEqual([
    ['ERROR: your access was revoked\n', false],
    ['', true],
  ])
  expect(await relay.ended).toMatchObject({ by: 'gateway', code: 1008 })
})
