import type { IncomingMessage, ServerResponse } from 'node:http'
import { CallerSignal } from '@rack-gateway/rack-registry'

/** Fires when the client goes away before its answer is complete. */
export function hangupOf(request: IncomingMessage, response: ServerResponse): CallerSignal {
  const signal = new CallerSignal(response)
  if (response.destroyed) signal.abort()
  if (response.socket === null) watchConnection(request, response, signal)
  // Nobody reads an upgraded connection before its relay, so its end would only be seen by the relay.
  request.pendingUpgrade?.socket.once('end', () => signal.abort())
  return signal
}

/** Calls `end` once, when a call is over: its answer was sent, or its connection is gone. A WebSocket lasts as long as its connection. */
export function whenOver(request: IncomingMessage, response: ServerResponse, end: () => void): void {
  const { socket } = request
  // A socket says with its end whether there was an error, which is no argument of `end`.
  const onClose = () => end()
  if (response.closed || socket.destroyed) {
    end()
    return
  }
  if (request.pendingUpgrade !== undefined) {
    socket.once('close', onClose)
    return
  }
  response.once('close', onClose)
  if (response.socket !== null) return
  socket.setMaxListeners(0).once('close', onClose)
  response.once('close', () => socket.off('close', onClose))
}

/** An answer that waits behind another one on its connection has no socket yet, and would never hear that it is gone. */
function watchConnection({ socket }: IncomingMessage, response: ServerResponse, signal: CallerSignal): void {
  const gone = () => signal.abort()
  socket.setMaxListeners(0).once('close', gone)
  response.once('close', () => socket.off('close', gone))
}
