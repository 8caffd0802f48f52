import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { hasBody } from '../http/body.ts'
import { maxRest, restOf } from '../http/rest-of-body.ts'
import { createPacedReader } from './paced-reader.ts'
import type { SlicedReads } from './sliced-reads.ts'

/**
 * Milliseconds for which the gateway reads and discards the rest of a body after the response. If the gateway closed the
 * connection at once, the client could see a reset instead of the response.
 */
const maxTime = 5_000

export interface DiscardBodiesOptions {
  readonly reads: SlicedReads
  /** Milliseconds for the body of a request to the gateway itself. */
  readonly timeout: number
}

/** Reads the rest of bodies after their responses, so slowly that it does not delay other requests. */
export function discardBodies(app: FastifyInstance, { reads, timeout }: DiscardBodiesOptions): void {
  const reader = createPacedReader()
  app.addHook('onRequest', function linger({ raw }, _reply, done) {
    if (hasBody(raw)) lingerAfterResponse(raw)
    done()
  })
  app.addHook('onResponse', function discardRest({ raw }, _reply, done) {
    if (!raw.complete && !raw.pendingUpgrade && !raw.socket.destroyed) discard(raw)
    done()
  })

  function discard(request: IncomingMessage): void {
    const { socket } = request
    closeAfter(request, Math.min(maxTime, timeout))
    if (socket.writableEnded) discardUnparsed(request)
    else discardParsed(request)
  }

  /** The connection ends, so its bytes need not be parsed. */
  function discardUnparsed(request: IncomingMessage): void {
    const { socket } = request
    reads.stop(socket)
    let left = restOf(request)
    const end = () => Socket.prototype.destroySoon.call(socket)
    if (left <= 0) {
      end()
      return
    }
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left > 0) reader.read(socket)
      else end()
    })
    socket.once('close', () => reader.forget(socket))
    reader.read(socket)
  }
}

/**
 * Node closes the connection as soon as a response with `Connection: close` is sent, and a client that still sends
 * could lose the response. So the connection stays open until the body has arrived or its time is over.
 */
function lingerAfterResponse(request: IncomingMessage): void {
  const { socket } = request
  socket.destroySoon = function endOrDestroySoon() {
    if (request.complete) Socket.prototype.destroySoon.call(socket)
    else socket.end()
  }
}

function closeAfter(request: IncomingMessage, milliseconds: number): void {
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  timer.unref()
  function stop(): void {
    clearTimeout(timer)
    socket.off('close', stop)
  }
  request.once('close', stop)
  // Node does not close a request that breaks off after its response. The timer would keep it in memory.
  socket.once('close', stop)
}

/** The connection continues with the next request after the body. */
function discardParsed(request: IncomingMessage): void {
  const { socket } = request
  let left = maxRest
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  request.resume()
}
