import type { IncomingMessage, ServerResponse } from 'node:http'

/** Calls `end` once the request has arrived completely and its response is closed. Not for each broken connection. */
export function onRequestEnd(request: IncomingMessage, response: ServerResponse, end: () => void): void {
  let isEnded = false
  function endOnce(): void {
    if (isEnded || !request.complete || !response.closed) return
    isEnded = true
    end()
  }
  response.once('close', endOnce)
  request.once('close', endOnce)
}
