import type { IncomingMessage } from 'node:http'
import { createFrame, opcodes, writeUpgrade } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ignoreEnd } from '../../http/upgrade.ts'
import type { CallState } from '../call.ts'
import { buildLogsRoute } from '../lookups/build-logs.ts'

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
 * How the stock CLI learns of an error:
 *
 * - `handshake`: as the response. The CLI shows only "bad handshake", and exits with 1. No program reads the error as
 *   data of a log or a proxy.
 * - `stream`: in the stream of a command, which the CLI shows.
 * - `line`: as the only line of a log that the CLI shows while another operation continues. The CLI would reopen a
 *   `followed` log each second, so such a log stays open without further lines.
 */
export type ErrorDelivery = 'handshake' | 'stream' | 'line'

export function deliveryOf(
  { raw, principal, call }: FastifyRequest,
  { status }: { readonly status: number },
): ErrorDelivery {
  const route = call?.match?.route
  if (raw.pendingUpgrade === undefined || principal === null || route?.kind !== 'websocket') return 'handshake'
  if (hasExitCode(route.path) || route.path.endsWith('/console')) return 'stream'
  return status === 403 && shownLog(raw, call) !== null ? 'line' : 'handshake'
}

/** Whether the CLI shows a log only while it waits for another operation; null for any other WebSocket. */
export function shownLog(
  { headers }: Pick<IncomingMessage, 'headers'>,
  call: Pick<CallState, 'match' | 'isBuildRunning'> | null,
): 'followed' | 'build' | null {
  const id = call?.match?.route.id
  if (id === buildLogsRoute) return call?.isBuildRunning ? 'build' : null
  const isFollowed =
    (id === appLogsRoute || id === systemLogsRoute) &&
    headers.since === followedSince &&
    !ownLogHeaders.some((name) => headers[name] !== undefined)
  return isFollowed ? 'followed' : null
}

const appLogsRoute = 'WS /apps/{app}/logs'
const systemLogsRoute = 'WS /system/logs'
/** The header `Since` of the log that the CLI follows during a promotion or another change. `convox logs` has 2 minutes. */
const followedSince = '5s'
/** Headers that only the options of a log command add. */
const ownLogHeaders = ['follow', 'filter', 'tail', 'previous', 'maxlogrequests'] as const

export function sendErrorInStream(request: FastifyRequest, reply: FastifyReply, sentence: string): void {
  const texts = closingFrames(request.call?.match?.route.path ?? '', sentence)
  sendFramesAndClose(request, reply, [...texts.map(textFrame), endOfStream])
}

/** @param at milliseconds since the epoch */
export function sendLogLine(request: FastifyRequest, reply: FastifyReply, sentence: string, at: number): void {
  const isFollowed = shownLog(request.raw, request.call) === 'followed'
  const continues = isFollowed
    ? 'The command continues without the log.'
    : 'The build continues without its log. Do not repeat the command.'
  // Of a followed log, the CLI shows only the lines whose source begins with `system/`.
  const line = textFrame(`${new Date(at).toISOString()} system/rack-gateway ${continues} ${sentence}\n`)
  if (isFollowed) holdOpen(request, reply, line)
  else sendFramesAndClose(request, reply, [line, endOfStream])
}

const textFrame = (text: string) => createFrame('server', opcodes.text, Buffer.from(text))
const endOfStream = createFrame('server', opcodes.binary, Buffer.alloc(0))

/** Accepts the WebSocket, sends the frame, and leaves the connection open until the client closes it. */
function holdOpen(request: FastifyRequest, reply: FastifyReply, frame: Buffer): void {
  const { server, credential } = request
  if (!credential) throw new Error('only an authenticated caller can have a stream')
  const socket = takeSocket(reply, request)
  writeUpgrade(socket, request.headers['sec-websocket-key'] ?? '')
  socket.write(frame)
  server.heldStreams.hold(socket, credential)
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
