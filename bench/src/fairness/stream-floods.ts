import { echo } from '../loads/echo.ts'
import { get, head } from '../workloads/request.ts'
import { openConnections } from './connection-pool.ts'
import type { Flood } from './flood.ts'
import { managementPost, managementPostHead } from './flood-requests.ts'
import type { FloodSocket } from './flood-socket.ts'

const uploads = 256
const identityCallers = 250
const slowBodies = 150
const pipelinedCalls = 20_000
const largeLists = 20

/** Floods of requests and streams. */
export const streamFloods: Readonly<Record<string, Flood>> = {
  'stalled-uploads': {
    title: `${uploads} uploads that stall, and others that are canceled while they wait`,
    start: ({ url, tokens: { admin: token } }) => {
      const stalledUpload = (index: number) => Buffer.concat([uploadHead(index, url, token), Buffer.from('x')])
      return openConnections({
        url,
        count: uploads,
        onOpen: (socket, index) => socket.write(stalledUpload(index)),
        interval: 200,
        onInterval: (open) => {
          const socket = open((one) => one.write(stalledUpload(uploads)))
          setTimeout(() => socket.destroy(), 100)
        },
      })
    },
  },
  'issued-tokens': {
    title: `tokens issued over ${identityCallers} connections`,
    start: ({ url, tokens: { viewer: token } }) =>
      openConnections({
        url,
        count: identityCallers,
        onOpen: (socket) => socket.write(issueRequest(url, token)),
        onResponse: (socket) => socket.write(issueRequest(url, token)),
      }),
  },
  'slow-bodies': {
    title: `${slowBodies} requests whose bodies never arrive, without a credential`,
    start: ({ url }) =>
      openConnections({
        url,
        count: slowBodies,
        onOpen: (socket) => socket.write(managementPostHead('/gateway/api/v1/tokens', url, null, 1_000)),
      }),
  },
  pipelined: {
    title: `${pipelinedCalls.toLocaleString('en')} reads on one connection at once`,
    start: ({ url, tokens: { viewer: token } }) => {
      const request = get('/apps?', url, token)
      const requests = Buffer.concat(Array.from({ length: pipelinedCalls }, () => request))
      let responses = 0
      return openConnections({
        url,
        count: 1,
        onOpen: (socket) => {
          responses = 0
          socket.write(requests)
        },
        onResponse: (socket) => {
          if (++responses % pipelinedCalls === 0) socket.write(requests)
        },
      })
    },
  },
  'large-responses': {
    title: `${largeLists} release lists of 10 MB at once`,
    start: ({ url, tokens: { viewer: token } }) => {
      const request = get('/apps/app-large/releases?', url, token)
      const ask = (socket: FloodSocket) => socket.write(request)
      return openConnections({ url, count: largeLists, onOpen: ask, onResponse: ask })
    },
  },
  'endless-session': {
    title: 'a recorded session that prints without end',
    start: ({ url, tokens: { admin: token } }) => {
      const handshake = head('GET /apps/app-0/processes/web-1/exec', url, token, [
        'Command: bash',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ])
      const frames = { bytes: 8_000, atOnce: 64 }
      const { message } = echo(handshake, frames)
      // The rack echoes each frame. The flood discards the echo and sends as much again.
      const echoedBytes = frames.atOnce * frames.bytes
      return openConnections({
        url,
        count: 1,
        onOpen: (socket) => socket.write(handshake),
        onResponse: (socket) => socket.write(message),
        onBytes: (socket, bytes) => socket.writeAfterBytes(message, { received: bytes, threshold: echoedBytes }),
      })
    },
  },
  'log-lines': {
    title: 'long paths on four connections, without a credential',
    start: ({ url }) => {
      const request = Buffer.from(`GET /${'a'.repeat(8_000)} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
      return openConnections({ url, count: 4, onOpen: (socket) => socket.writeWithoutEnd(request) })
    },
  },
}

function uploadHead(index: number, url: string, token: string): Buffer {
  const headers = ['Content-Type: application/octet-stream', 'Content-Length: 1000000']
  return head(`POST /apps/app-0/objects/tmp/${index}.tgz`, url, token, headers)
}

function issueRequest(url: string, token: string): Buffer {
  return managementPost('/gateway/api/v1/tokens', url, token, JSON.stringify({ name: 'flood', role: 'viewer' }))
}
