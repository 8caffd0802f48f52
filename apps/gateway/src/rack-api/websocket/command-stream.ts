import { createFrame, opcodes, writeUpgrade } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ignoreEnd } from '../../http/upgrade.ts'

/** The CLI reads the exit code of a process after this marker. The marker and the code must be in one frame. */
const exitMarker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'

/** Milliseconds for the client to disconnect after the last frame. */
const hangUpTime = 5_000

/**
 * The frames that make the CLI show why a stream was refused or ended. For a command, the last frame is the exit code,
 * without which the CLI would report success. Other streams get no exit code, because the CLI would print the code.
 */
export function closingFrames(path: string, reason: string): readonly string[] {
  return [`ERROR: ${reason}\n`, ...(hasExitCode(path) ? [`${exitMarker}:1\n`] : [])]
}

function hasExitCode(path: string): boolean {
  return path.endsWith('/exec') || path.endsWith('/shell')
}

/**
 * Whether an error has to be sent in the stream. For a refused handshake, the CLI would only print "bad handshake".
 * The error of a missing proof of a second factor is also sent in logs, because it names the next command. It is never
 * sent in a proxy, where a program would read it.
 */
export function expectsStream(
  { raw, principal, call }: FastifyRequest,
  { stepUp }: { readonly stepUp?: unknown } = {},
): boolean {
  const route = call?.match?.route
  if (raw.pendingUpgrade === undefined || principal === null || route?.kind !== 'websocket') return false
  return isCommand(route.path) || (stepUp !== undefined && route.path.endsWith('/logs'))
}

/** False for proxies, and for logs, which the CLI would reopen repeatedly. */
function isCommand(path: string): boolean {
  return hasExitCode(path) || path.endsWith('/console')
}

export function sendErrorInStream(request: FastifyRequest, reply: FastifyReply, sentence: string): void {
  const texts = closingFrames(request.call?.match?.route.path ?? '', sentence)
  sendFramesAndClose(request, reply, [
    ...texts.map((text) => createFrame('server', opcodes.text, Buffer.from(text))),
    createFrame('server', opcodes.binary, Buffer.alloc(0)),
  ])
}

/** Accepts the WebSocket, and ends it after these frames. */
export function sendFramesAndClose(request: FastifyRequest, reply: FastifyReply, frames: readonly Buffer[]): void {
  const socket = takeSocket(reply, request)
  writeUpgrade(socket, request.headers['sec-websocket-key'] ?? '')
  socket.end(Buffer.concat(frames))
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), hangUpTime)
  socket.once('close', () => clearTimeout(timer))
}

export function takeSocket(reply: FastifyReply, { raw }: FastifyRequest) {
  if (!raw.pendingUpgrade) throw new Error('only an upgrade has a socket to take')
  reply.hijack()
  if (reply.raw.socket) reply.raw.detachSocket(reply.raw.socket)
  ignoreEnd(raw.pendingUpgrade.socket)
  return raw.pendingUpgrade.socket
}
