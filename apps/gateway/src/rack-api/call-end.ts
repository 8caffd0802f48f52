import type { IncomingMessage, ServerResponse } from 'node:http'
import { CallerSignal } from '@rack-gateway/rack-registry'

/** Fires when the client disconnects before its response is complete. */
export function callSignalOf(request: IncomingMessage, response: ServerResponse): CallerSignal {
  const signal = new CallerSignal(response)
  if (response.destroyed) signal.abort()
  if (response.socket === null) watchConnection(request, response, signal)
  // Before the relay starts, nothing else reads an upgraded connection and notices its end.
  request.pendingUpgrade?.socket.once('end', () => signal.abort())
  return signal
}

/** Calls `end` once: when the response was sent, or when the connection closed. A WebSocket lasts as long as its connection. */
export function onCallEnd(request: IncomingMessage, response: ServerResponse, end: () => void): void {
  const { socket } = request
  // The event has an argument of its own, which `end` must not get.
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

/** A pipelined response has no socket while it waits, so it does not notice that the connection closed. */
function watchConnection({ socket }: IncomingMessage, response: ServerResponse, signal: CallerSignal): void {
  const gone = () => signal.abort()
  socket.setMaxListeners(0).once('close', gone)
  response.once('close', () => socket.off('close', gone))
}
