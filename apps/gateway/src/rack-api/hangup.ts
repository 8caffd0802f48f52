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

/** An answer that waits behind another one on its connection has no socket yet, and would never hear that it is gone. */
function watchConnection({ socket }: IncomingMessage, response: ServerResponse, signal: CallerSignal): void {
  const gone = () => signal.abort()
  socket.setMaxListeners(0).once('close', gone)
  response.once('close', () => socket.off('close', gone))
}
