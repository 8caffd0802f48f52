import { echo } from '../loads/echo.ts'
import { get, head } from '../workloads/request.ts'
import type { Role } from '../workloads/workload.ts'
import { type FloodSocket, openSocket } from './flood-socket.ts'

/** A caller that tries to use more than a fair share. */
export interface Flood {
  readonly title: string
  /** The role of the caller; null: no credential. */
  readonly role: Role | null
  start(target: FloodTarget): RunningFlood
}

export interface FloodTarget {
  readonly url: string
  readonly token: string
}

export interface RunningFlood {
  readonly statuses: ReadonlyMap<string, number>
  /** Bytes. */
  received(): number
  stop(): void
}

const uploads = 256
const identityCallers = 250
const slowBodies = 150
const pipelinedCalls = 20_000
const largeLists = 20

/** By the name on the command line. */
export const floods: Readonly<Record<string, Flood>> = {
  'stalled-uploads': {
    title: `${uploads} uploads that stall, and others that are canceled while they wait`,
    role: 'admin',
    start: ({ url, token }) => {
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
    role: 'viewer',
    start: ({ url, token }) =>
      openConnections({
        url,
        count: identityCallers,
        onOpen: (socket) => socket.write(issueRequest(url, token)),
        onResponse: (socket) => socket.write(issueRequest(url, token)),
      }),
  },
  'slow-bodies': {
    title: `${slowBodies} requests whose bodies never arrive, without a credential`,
    role: null,
    start: ({ url }) =>
      openConnections({ url, count: slowBodies, onOpen: (socket) => socket.write(jsonHead(url, null, 1_000)) }),
  },
  pipelined: {
    title: `${pipelinedCalls.toLocaleString('en')} reads on one connection at once`,
    role: 'viewer',
    start: ({ url, token }) => {
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
    role: 'viewer',
    start: ({ url, token }) => {
      const request = get('/apps/app-large/releases?', url, token)
      const ask = (socket: FloodSocket) => socket.write(request)
      return openConnections({ url, count: largeLists, onOpen: ask, onResponse: ask })
    },
  },
  'endless-session': {
    title: 'a recorded session that prints without end',
    role: 'admin',
    start: ({ url, token }) => {
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
    role: null,
    start: ({ url }) => {
      const request = Buffer.from(`GET /${'a'.repeat(8_000)} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
      return openConnections({ url, count: 4, onOpen: (socket) => socket.writeWithoutEnd(request) })
    },
  },
}

interface ConnectionPoolOptions {
  readonly url: string
  /** The number of connections. A connection that ends is opened again after 20 ms. */
  readonly count: number
  readonly onOpen: (socket: FloodSocket, index: number) => void
  readonly onResponse?: (socket: FloodSocket) => void
  readonly onBytes?: (socket: FloodSocket, bytes: number) => void
  /** Milliseconds between two calls of `onInterval`. */
  readonly interval?: number
  readonly onInterval?: (open: (onOpen: (socket: FloodSocket) => void) => FloodSocket) => void
}

const reopenAfter = 20

function openConnections({
  url,
  count,
  onOpen,
  onResponse,
  onBytes,
  interval,
  onInterval,
}: ConnectionPoolOptions): RunningFlood {
  const statuses = new Map<string, number>()
  const sockets = new Set<FloodSocket>()
  let received = 0
  let isStopped = false

  function countStatus(status: string): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }

  function open(begin: (socket: FloodSocket) => void, onEnd: () => void): FloodSocket {
    const socket = openSocket(url, {
      onOpen: begin,
      onStatus: (status) => {
        countStatus(status)
        if (!isStopped) onResponse?.(socket)
      },
      onBytes(bytes) {
        received += bytes
        onBytes?.(socket, bytes)
      },
      onClose: () => {
        sockets.delete(socket)
        if (!isStopped) setTimeout(onEnd, reopenAfter)
      },
    })
    sockets.add(socket)
    return socket
  }

  function keepOpen(index: number): void {
    if (!isStopped)
      open(
        (socket) => onOpen(socket, index),
        () => keepOpen(index),
      )
  }

  for (let index = 0; index < count; index++) keepOpen(index)
  const timer = onInterval && setInterval(() => onInterval((begin) => open(begin, () => undefined)), interval)
  return {
    statuses,
    received: () => received,
    stop() {
      isStopped = true
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}

function uploadHead(index: number, url: string, token: string): Buffer {
  const headers = ['Content-Type: application/octet-stream', 'Content-Length: 1000000']
  return head(`POST /apps/app-0/objects/tmp/${index}.tgz`, url, token, headers)
}

function issueRequest(url: string, token: string): Buffer {
  const body = Buffer.from(JSON.stringify({ name: 'flood', role: 'viewer' }))
  return Buffer.concat([jsonHead(url, token, body.length), body])
}

function jsonHead(url: string, token: string | null, length: number): Buffer {
  const lines = [
    'POST /gateway/api/v1/tokens HTTP/1.1',
    `Host: ${new URL(url).host}`,
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
    'Content-Type: application/json',
    `Content-Length: ${length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
