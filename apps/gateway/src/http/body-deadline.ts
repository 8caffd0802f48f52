import type { Readable } from 'node:stream'
import { BodyTooSlow, detachedBody } from '@rack-gateway/rack-registry'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isRackCall } from '../rack-api/address.ts'
import { discardBody, hasBody, lingerAfterResponse } from '../rack-api/body.ts'

/**
 * Milliseconds for which the gateway reads and discards the rest of a body after the response. If the gateway closed the
 * connection at once, the client could see a reset instead of the response.
 */
const maxDiscardTime = 5_000

/**
 * The body of a request to the gateway itself must arrive within `timeout` milliseconds.
 * Bodies for a rack can take hours. Their limit is `BODY_TIMEOUT`.
 */
export function limitBodyTime(app: FastifyInstance, timeout: number): void {
  const bodies = new WeakMap<FastifyRequest, Readable>()
  app.addHook('onRequest', function linger(request, _reply, done) {
    if (hasBody(request.raw)) lingerAfterResponse(request)
    done()
  })
  app.addHook('preParsing', function limitBody(request, _reply, payload, done) {
    if (isRackCall(request) || !hasBody(request.raw)) return done(null, payload)
    const body = detachedBody(request.raw, { onBytes: () => {}, timeout })
    const timer = setTimeout(() => {
      const reason = `The request body did not arrive completely within ${timeout / 1_000} s.`
      body.destroy(new BodyTooSlow(reason, 'Check your connection, and send the request again.'))
    }, timeout)
    body.once('close', () => clearTimeout(timer))
    bodies.set(request, body)
    done(null, body)
  })
  app.addHook('onResponse', function discardRest(request, _reply, done) {
    // Node does not close a body that breaks off after the response. Its timers would keep the request in memory.
    bodies.get(request)?.destroy()
    discardBody(request, Math.min(maxDiscardTime, timeout))
    done()
  })
}
