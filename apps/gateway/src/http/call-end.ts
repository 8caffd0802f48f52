import type { IncomingMessage, ServerResponse } from 'node:http'
import { CallerSignal } from '@rack-gateway/rack-registry'

/** Aborted when the client of a call disconnects. Also reports the end of the call. */
export class CallEnd extends CallerSignal {
  #isOver = false
  #callbacks: (() => void)[] = []

  constructor(request: IncomingMessage, response: ServerResponse) {
    super()
    if (request.pendingUpgrade !== undefined) this.#watchUpgraded(request)
    if (response.closed || response.destroyed || request.socket.destroyed) this.#disconnect()
    else this.#watchResponse(response, request.pendingUpgrade === undefined)
    if (response.socket === null) this.#watchConnection(request, response)
  }

  /**
   * Calls `end` once: when the response was sent, or when the connection closed. A WebSocket lasts as long as its
   * connection.
   */
  onEnd(end: () => void): void {
    if (this.#isOver) end()
    else this.#callbacks.push(end)
  }

  #end(): void {
    this.#isOver = true
    for (const end of this.#callbacks.splice(0)) end()
  }

  #disconnect(): void {
    this.abort()
    this.#end()
  }

  #watchResponse(response: ServerResponse, endsCall: boolean): void {
    response.once('close', () => {
      if (!response.writableFinished) this.abort()
      if (endsCall) this.#end()
    })
  }

  #watchUpgraded({ socket }: IncomingMessage): void {
    socket.once('close', () => this.#end())
    // Before the relay starts, nothing else reads an upgraded connection and notices its end.
    socket.once('end', () => this.abort())
  }

  /** A pipelined response has no socket while it waits, so it does not notice that the connection closed. */
  #watchConnection({ socket }: IncomingMessage, response: ServerResponse): void {
    const onClose = () => this.#disconnect()
    socket.setMaxListeners(0).once('close', onClose)
    response.once('close', () => socket.off('close', onClose))
  }
}
