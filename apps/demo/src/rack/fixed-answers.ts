import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createFrameReader, encodeFrame, opcode } from './wire/frames.ts'
import { acceptedUpgrade } from './wire/handshake.ts'

/**
 * The mode for benchmarks: one prepared JSON body for GET, the same small one for everything that changes something,
 * an echo on every websocket. No state, no record, no parsing; only the password is still checked.
 */
export function serveFixedAnswers(server: Server, token: string): void {
  const credentials = `Basic ${Buffer.from(`convox:${token}`).toString('base64')}`
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    if (message.headers.authorization !== credentials) return refuse(response)
    if (message.method === 'GET') return answer(response, list)
    message.resume()
    message.on('end', () => answer(response, release))
  })
  server.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
    if (message.headers.authorization !== credentials) return void socket.destroy()
    echo(message, socket)
  })
}

interface FixedAnswer {
  readonly headers: readonly string[]
  readonly body: Buffer
}

const list = prepared(
  Array.from({ length: 10 }, (_, index) => ({
    generation: '3',
    locked: false,
    name: `app-${index}`,
    release: 'RAAAAAAAAAA',
    router: `app-${index}.bench.convox.test`,
    status: 'running',
    parameters: { BuildCpu: '250' },
  })),
)

const release = prepared({
  id: 'RAAAAAAAAAA',
  app: 'app-0',
  build: 'BAAAAAAAAAA',
  env: 'PLAIN=value\nRAILS_ENV=production',
  manifest: 'services:\n  web:\n    build: .\n',
  description: 'env change',
  created: '2026-01-01T00:00:00Z',
})

function prepared(value: unknown): FixedAnswer {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  return { body, headers: ['Content-Type', 'application/json', 'Content-Length', String(body.length)] }
}

function answer(response: ServerResponse, { headers, body }: FixedAnswer): void {
  response.writeHead(200, [...headers])
  response.end(body)
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('invalid authentication\n')
}

function echo(message: IncomingMessage, socket: Duplex): void {
  const readFrames = createFrameReader('masked')
  socket.write(acceptedUpgrade(message.rawHeaders))
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('data', (chunk: Buffer) => {
    for (const frame of readFrames(chunk)) {
      const code = frame.opcode === opcode.ping ? opcode.pong : frame.opcode
      if (!socket.write(encodeFrame(code, frame.payload))) {
        socket.pause()
        socket.once('drain', () => socket.resume())
      }
    }
  })
}
