import { echo } from '../loads/echo.ts'
import { get, head } from '../works/request.ts'
import type { Role } from '../works/work.ts'
import { type FloodSocket, openSocket } from './flood-socket.ts'

/** A caller that tries to use more than a fair share. */
export interface Flood {
  /** For the table. */
  readonly title: string
  /** As whom; null: nobody, without a credential. */
  readonly role: Role | null
  start(target: FloodTarget): Running
}

export interface FloodTarget {
  readonly url: string
  readonly token: string
}

export interface Running {
  /** How often each status came. */
  readonly statuses: ReadonlyMap<string, number>
  /** Bytes that came back. */
  received(): number
  stop(): void
}

const uploads = 256
const identityCallers = 250
const slowBodies = 150
const pipelined = 20_000
const largeLists = 20

/** The floods by their name on the command line. */
export const floods: Readonly<Record<string, Flood>> = {
  'stalled-uploads': {
    title: `${uploads} uploads that stall, and others that break off while they wait`,
    role: 'admin',
    start: ({ url, token }) => {
      const stalled = (index: number) => Buffer.concat([uploadHead(index, url, token), Buffer.from('x')])
      return keepOpen({
        url,
        count: uploads,
        onOpen: (socket, index) => socket.write(stalled(index)),
        every: 200,
        also: (open) => {
          const socket = open((one) => one.write(stalled(uploads)))
          setTimeout(() => socket.destroy(), 100)
        },
      })
    },
  },
  'issued-tokens': {
    title: `tokens issued over ${identityCallers} connections`,
    role: 'viewer',
    start: ({ url, token }) =>
      keepOpen({
        url,
        count: identityCallers,
        onOpen: (socket) => socket.write(issue(url, token)),
        onResponse: (socket) => socket.write(issue(url, token)),
      }),
  },
  'slow-bodies': {
    title: `${slowBodies} bodies that do not come, without a credential`,
    role: null,
    start: ({ url }) =>
      keepOpen({ url, count: slowBodies, onOpen: (socket) => socket.write(jsonHead(url, null, 1_000)) }),
  },
  pipelined: {
    title: `${pipelined.toLocaleString('en')} reads on one connection at once`,
    role: 'viewer',
    start: ({ url, token }) => {
      const request = get('/apps?', url, token)
      const requests = Buffer.concat(Array.from({ length: pipelined }, () => request))
      let responses = 0
      return keepOpen({
        url,
        count: 1,
        onOpen: (socket) => {
          responses = 0
          socket.write(requests)
        },
        onResponse: (socket) => {
          if (++responses % pipelined === 0) socket.write(requests)
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
      return keepOpen({ url, count: largeLists, onOpen: ask, onResponse: ask })
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
      const echoed = frames.atOnce * frames.bytes
      return keepOpen({
        url,
        count: 1,
        onOpen: (socket) => socket.write(handshake),
        onResponse: (socket) => socket.write(message),
        onBytes: (socket, bytes) => socket.writeBack(message, { received: bytes, each: echoed }),
      })
    },
  },
  'log-lines': {
    title: 'long paths on four connections, without a credential',
    role: null,
    start: ({ url }) => {
      const request = Buffer.from(`GET /${'a'.repeat(8_000)} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`)
      return keepOpen({ url, count: 4, onOpen: (socket) => socket.writeWithoutEnd(request) })
    },
  },
}

interface Keeping {
  readonly url: string
  /** Connections. One that ends is opened again, 20 ms later. */
  readonly count: number
  readonly onOpen: (socket: FloodSocket, index: number) => void
  readonly onResponse?: (socket: FloodSocket) => void
  readonly onBytes?: (socket: FloodSocket, bytes: number) => void
  /** Milliseconds between two calls of `also`. */
  readonly every?: number
  readonly also?: (open: (onOpen: (socket: FloodSocket) => void) => FloodSocket) => void
}

const reopenAfter = 20

function keepOpen({ url, count, onOpen, onResponse, onBytes, every, also }: Keeping): Running {
  const statuses = new Map<string, number>()
  const sockets = new Set<FloodSocket>()
  let received = 0
  let isStopped = false

  function note(what: string): void {
    statuses.set(what, (statuses.get(what) ?? 0) + 1)
  }

  function open(begin: (socket: FloodSocket) => void, ended: () => void): FloodSocket {
    const socket = openSocket(url, {
      onOpen: begin,
      onStatus: (status) => {
        note(status)
        if (!isStopped) onResponse?.(socket)
      },
      onBytes(bytes) {
        received += bytes
        onBytes?.(socket, bytes)
      },
      onClose: () => {
        sockets.delete(socket)
        if (!isStopped) setTimeout(ended, reopenAfter)
      },
    })
    sockets.add(socket)
    return socket
  }

  function keep(index: number): void {
    if (!isStopped)
      open(
        (socket) => onOpen(socket, index),
        () => keep(index),
      )
  }

  for (let index = 0; index < count; index++) keep(index)
  const timer = also && setInterval(() => also((begin) => open(begin, () => undefined)), every)
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

function issue(url: string, token: string): Buffer {
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
