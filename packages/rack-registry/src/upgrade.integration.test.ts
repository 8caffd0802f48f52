import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { get, httpPeer, httpsPeer, neverAborted, rackAt, rawPeer, token, waitForClose } from './testing/peer.ts'
import { acceptKey } from './websocket.ts'

const exec = '/apps/web/processes/p1/exec'

function keyIn(head: string): string {
  return /^Sec-WebSocket-Key: (.+)$/m.exec(head)?.[1]?.trim() ?? ''
}

function accepted(head: string, more = ''): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(keyIn(head))}\r\n${more}\r\n`
}

test("the rack receives the gateway's handshake: literal Upgrade, no Origin, no extensions, and the allowed headers in latin1", async () => {
  let head = ''
  const peer = await rawPeer((socket, received) => {
    head = received
    socket.write(accepted(received))
  })
  const command = Buffer.from('echo grüße').toString('latin1')
  const upgrade = await rackAt(peer.port).upgrade(get(exec, ['Command', command, 'Tty', 'false']), neverAborted)
  expect(upgrade.upgraded).toBe(true)
  expect(head.split('\r\n')).toEqual([
    `GET ${exec} HTTP/1.1`,
    `Host: 127.0.0.1:${peer.port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    expect.stringMatching(/^Sec-WebSocket-Key: [A-Za-z0-9+/]{22}==$/),
    `Authorization: ${basicAuthorization(token)}`,
    `Command: ${command}`,
    'Tty: false',
  ])
})

test('each handshake has a new key', async () => {
  const keys = new Set<string>()
  const peer = await rawPeer((socket, head) => {
    keys.add(keyIn(head))
    socket.write(accepted(head))
  })
  const rack = rackAt(peer.port)
  for (let i = 0; i < 5; i++) await rack.upgrade(get(exec), neverAborted)
  expect(keys.size).toBe(5)
})

test('frames directly after the handshake are not lost', async () => {
  const peer = await rawPeer((socket, head) => void socket.write(`${accepted(head)}\x81\x02hi`, 'latin1'))
  const upgrade = await rackAt(peer.port).upgrade(get(exec), neverAborted)
  expect(upgrade).toMatchObject({ upgraded: true, head: Buffer.from('\x81\x02hi', 'latin1') })
})

test.each(['http', 'https'])('a websocket server accepts it over %s, and both sides can send', async (scheme) => {
  const server = new WebSocketServer({ noServer: true })
  const onUpgrade = (request: Parameters<typeof server.handleUpgrade>[0], socket: Duplex, head: Buffer) =>
    server.handleUpgrade(request, socket, head, (peer) => peer.send('hello'))
  const peer = await (scheme === 'https' ? httpsPeer : httpPeer)(() => {}, onUpgrade)
  const upgrade = await rackAt(peer.port, {
    scheme,
    tlsCa: scheme === 'https' ? selfSignedIdentity.cert : null,
  }).upgrade(get(exec), neverAborted)
  if (!upgrade.upgraded) throw new Error('not upgraded')
  const first = upgrade.head.length > 0 ? upgrade.head : (await once(upgrade.socket, 'data'))[0]
  expect(first.toString('latin1')).toBe('\x81\x05hello')
})

test.each([
  [403, 'Content-Length: 10\r\n\r\nForbidden\n'],
  [404, 'Transfer-Encoding: chunked\r\n\r\na\r\nForbidden\n\r\n0\r\n\r\n'],
  [500, 'Connection: close\r\n\r\nForbidden\n'],
])("a rack's %i instead of the upgrade is its response", async (status, rest) => {
  const peer = await rawPeer((socket) => {
    socket.write(`HTTP/1.1 ${status} No\r\nWWW-Authenticate: Session\r\n${rest}`)
    if (status === 500) socket.end()
  })
  const upgrade = await rackAt(peer.port).upgrade(get(exec), neverAborted)
  if (upgrade.upgraded) throw new Error('upgraded')
  expect([upgrade.response.status, upgrade.response.header('www-authenticate')]).toEqual([status, undefined])
  expect((await upgrade.response.collect(100)).toString()).toBe('Forbidden\n')
})

test('a success without an upgrade is an error, because it could be an endless stream that cannot be ended', async () => {
  let isClosed = false
  const peer = await rawPeer((socket) => {
    socket.on('close', () => {
      isClosed = true
    })
    socket.write('HTTP/1.1 200 OK\r\n\r\nForbidden\n')
  })
  await expect(rackAt(peer.port).upgrade(get(exec), neverAborted)).rejects.toThrow('an ordinary response')
  await expect.poll(() => isClosed).toBe(true)
})

test('a rejection that breaks off is an error, and an endless one stops at the limit', async () => {
  const cut = await rawPeer((socket) => void socket.end('HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nFor'))
  const endless = await rawPeer((socket) => {
    socket.write('HTTP/1.1 403 No\r\n\r\n')
    const more = () => socket.writable && socket.write(Buffer.alloc(65_536), more)
    more()
  })
  for (const [peer, code] of [
    [cut, 'RGW_RACK_BROKEN'],
    [endless, 'RGW_ANSWER_TOO_LARGE'],
  ] as const) {
    const upgrade = await rackAt(peer.port).upgrade(get(exec), neverAborted)
    if (upgrade.upgraded) throw new Error('upgraded')
    await expect(upgrade.response.collect(1000)).rejects.toMatchObject({ code })
  }
})

test.each([
  ['the accept of another key', (head: string) => accepted(head).replace(/Accept: ./, 'Accept: _')],
  ['no accept', (head: string) => accepted(head).replace(/Sec-WebSocket-Accept.*\r\n/, '')],
  ['two accepts', (head: string) => accepted(head, `Sec-WebSocket-Accept: ${acceptKey(keyIn(head))}\r\n`)],
  ['another protocol', (head: string) => accepted(head).replace('Upgrade: websocket', 'Upgrade: h2c')],
  ['an extension', (head: string) => accepted(head, 'Sec-WebSocket-Extensions: permessage-deflate\r\n')],
  ['a subprotocol', (head: string) => accepted(head, 'Sec-WebSocket-Protocol: x\r\n')],
  ['garbage', () => '\x00\x01\x02garbage\r\n\r\n'],
  ['headers without end', (head: string) => accepted(head, 'X-A: b\r\n'.repeat(20_000))],
])('an upgrade with %s is rejected', async (_name, response) => {
  let closed: Promise<void> | null = null
  const peer = await rawPeer((socket, head) => {
    closed = waitForClose(socket)
    socket.write(response(head), 'latin1')
  })
  const upgrade = rackAt(peer.port).upgrade(get(exec), neverAborted)
  await expect(upgrade).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN', statusCode: 502 })
  await closed
})

test('a rack that disconnects before its response is broken, a missing rack is unreachable', async () => {
  const peer = await rawPeer((socket) => void socket.destroy())
  await expect(rackAt(peer.port).upgrade(get(exec), neverAborted)).rejects.toMatchObject({ code: 'RGW_RACK_BROKEN' })
  await expect(rackAt(1).upgrade(get(exec), neverAborted)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    message: 'The rack staging cannot be reached: nothing listens at its address.',
  })
})

test('a reset before the relay listens does not end the process', async () => {
  let reset = () => {}
  const peer = await rawPeer((socket, head) => {
    reset = () => void socket.resetAndDestroy()
    socket.write(accepted(head))
  })
  const upgrade = await rackAt(peer.port).upgrade(get(exec), neverAborted)
  if (!upgrade.upgraded) throw new Error('not upgraded')
  const closed = waitForClose(upgrade.socket)
  reset()
  upgrade.socket.resume()
  await closed
})

test('a self-signed certificate is rejected for websockets too', async () => {
  const peer = await httpsPeer(
    () => {},
    (_request, socket) => void socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'),
  )
  await expect(rackAt(peer.port, { scheme: 'https' }).upgrade(get(exec), neverAborted)).rejects.toMatchObject({
    code: 'RGW_RACK_UNREACHABLE',
    message: expect.stringContaining('RACK_TLS_INSECURE_STAGING=true'),
  })
  const insecure = rackAt(peer.port, { scheme: 'https', tlsInsecure: true })
  expect(await insecure.upgrade(get(exec), neverAborted)).toMatchObject({ upgraded: false })
})

test('a TLS connection that is never established times out', async () => {
  const peer = await rawPeer(() => {})
  const rack = rackAt(peer.port, { scheme: 'https', connectTimeout: 50 })
  await expect(rack.upgrade(get(exec), neverAborted)).rejects.toMatchObject({
    message: 'The rack staging cannot be reached: its address does not answer.',
  })
})

test('a caller that disconnects aborts the handshake, before and during it', async () => {
  const abort = new AbortController()
  let closed: Promise<void> | null = null
  const peer = await rawPeer((socket) => {
    closed = waitForClose(socket)
    abort.abort()
  })
  const rack = rackAt(peer.port)
  await expect(rack.upgrade(get(exec), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await closed
  await expect(rack.upgrade(get(exec), abort.signal)).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  expect(peer.connections).toBe(1)
})

test('a target or header with line breaks is not sent', async () => {
  const heads: string[] = []
  const peer = await rawPeer((_socket, head) => void heads.push(head))
  const rack = rackAt(peer.port)
  const unsafe = [get('/a HTTP/1.1\r\nX: y'), get('/a b'), get(exec, ['Command', 'a\r\nX: y']), get(exec, ['A b', 'c'])]
  for (const request of unsafe) {
    await expect(rack.upgrade(request, neverAborted)).rejects.toMatchObject({ code: 'RGW_UNSAFE_HANDSHAKE' })
  }
  expect(heads).toEqual([])
})
