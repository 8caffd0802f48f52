import { sendRaw } from '@rack-gateway/testing/http'
import { expect, test } from 'vitest'
import { httpPeer } from './testing/peer.ts'
import { acceptKey, type Handshake, readHandshake, writeUpgrade } from './websocket.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const good = {
  Host: 'gateway',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': key,
  'Sec-WebSocket-Version': '13',
}

/** How a server reads a request; null if Node did not emit `upgrade`. */
async function performHandshake(
  head: string,
  line = 'GET /apps/web/processes/p/exec HTTP/1.1',
): Promise<Handshake | null> {
  let handshake: Handshake | null = null
  const server = await httpPeer(
    (_request, response) => void response.end(),
    (request, socket) => {
      handshake = readHandshake(request)
      if (handshake.ok) writeUpgrade(socket, handshake.key)
      else socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    },
  )
  await sendRaw(`http://127.0.0.1:${server.port}`, `${line}\r\n${head}\r\n\r\n`)
  return handshake
}

function headOf(changes: Record<string, string>): string {
  return Object.entries({ ...good, ...changes })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')
}

test('the key of the RFC has the accept value of the RFC', () => {
  expect(acceptKey(key)).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test.each([
  ['as the stock CLI asks', {}],
  ['in another list, and another case of the list', { Connection: 'keep-alive,\tUPGRADE ' }],
  ['with white space around', { Upgrade: ' \twebsocket\t ' }],
  ['with an empty body announced', { 'Content-Length': '0' }],
  ['with extensions and subprotocols, which are not answered', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }],
])('a handshake %s is accepted', async (_name, changes) => {
  expect(await performHandshake(headOf(changes))).toEqual({ ok: true, key })
})

test.each([
  ['to h2c', { Upgrade: 'h2c' }],
  ['in capitals, which the router of a rack does not know', { Upgrade: 'WebSocket' }],
  ['in capitals alone', { Upgrade: 'WEBSOCKET' }],
  ['with a version of the protocol', { Upgrade: 'websocket/13' }],
  ['to one of two protocols', { Upgrade: 'websocket, h2c' }],
  ['to the second of two protocols', { Upgrade: 'h2c, websocket' }],
  ['behind an empty item', { Connection: ', Upgrade' }],
  ['behind a broken item', { Connection: 'keep alive, Upgrade' }],
  ['behind an item in quotes', { Connection: '"a", Upgrade' }],
  ['with another version', { 'Sec-WebSocket-Version': '8' }],
  ['with two versions', { 'Sec-WebSocket-Version': '13, 8' }],
  ['without a key', { 'Sec-WebSocket-Key': '' }],
  ['with a short key', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
  ['with a key of 17 bytes', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZTE=' }],
  ['with a key in two readings', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZR==' }],
  ['with two keys', { 'Sec-WebSocket-Key': `${key}\r\nSec-WebSocket-Key: ${key}` }],
  ['with a body', { 'Content-Length': '5' }],
  ['with a chunked body', { 'Transfer-Encoding': 'chunked' }],
])('an upgrade %s is rejected', async (_name, changes) => {
  expect(await performHandshake(headOf(changes))).toMatchObject({ ok: false, reason: expect.stringMatching(/\w/) })
})

test.each(['POST / HTTP/1.1', 'PUT / HTTP/1.1', 'GET / HTTP/1.0'])('%s is not a handshake', async (line) => {
  expect((await performHandshake(headOf({}), line)) ?? { ok: false }).toMatchObject({ ok: false })
})

test('a Connection header without upgrade is not a handshake', () => {
  const headers = { upgrade: 'websocket', connection: 'close', 'sec-websocket-key': key, 'sec-websocket-version': '13' }
  expect(readHandshake({ method: 'GET', httpVersion: '1.1', headers })).toMatchObject({ ok: false, status: 400 })
})
