import { createFrame, opcodes, writeUpgrade } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The CLI reads the exit code of a process after this marker. Both must be in one frame. */
const exitMarker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'

/** Milliseconds for the client to disconnect after an error. */
const hangUpTime = 5_000

/**
 * What the CLI shows of a stream that is refused or cut off, as the frames that it needs. Of a command the last one is its exit
 * code, without which the CLI would report success. The CLI reads none of a console or a proxy, and would print it.
 */
export function closingFrames(path: string, reason: string): readonly string[] {
  return [`ERROR: ${reason}\n`, ...(hasExitCode(path) ? [`${exitMarker}:1\n`] : [])]
}

function hasExitCode(path: string): boolean {
  return path.endsWith('/exec') || path.endsWith('/shell')
}

/** Whether a refusal of this call is for a person who waits at a command: at the handshake the CLI would only say "bad handshake". */
export function expectsStream({ raw, principal, call }: FastifyRequest): boolean {
  const route = call?.match?.route
  return raw.pendingUpgrade !== undefined && principal !== null && route?.kind === 'websocket' && isCommand(route.path)
}

/** `exec` (of a run, too), a resource's console and an instance's shell; not log streams, which the CLI would open again and again. */
function isCommand(path: string): boolean {
  return hasExitCode(path) || path.endsWith('/console')
}

/** Accepts the WebSocket, sends the error and exit code 1 in it, and closes it. The rack gets nothing. */
export function sendErrorInStream(request: FastifyRequest, reply: FastifyReply, sentence: string): void {
  const socket = takeSocket(reply, request)
  writeUpgrade(socket, request.headers['sec-websocket-key'] ?? '')
  for (const words of closingFrames(request.call?.match?.route.path ?? '', sentence)) {
    socket.write(createFrame('server', opcodes.text, Buffer.from(words)))
  }
  socket.end(createFrame('server', opcodes.binary, Buffer.alloc(0)))
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), hangUpTime)
  socket.once('close', () => clearTimeout(timer))
}

/** Detaches the socket from the HTTP response. */
export function takeSocket(reply: FastifyReply, { raw }: FastifyRequest) {
  if (!raw.pendingUpgrade) throw new Error('only an upgrade has a socket to take')
  reply.hijack()
  if (reply.raw.socket) reply.raw.detachSocket(reply.raw.socket)
  return raw.pendingUpgrade.socket
}
