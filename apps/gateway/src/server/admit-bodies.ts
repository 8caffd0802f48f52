import type { Readable } from 'node:stream'
import { BodyTooSlow, detachedBody } from '@rack-gateway/rack-registry'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isRackCall } from '../calls/address.ts'
import { hasBody } from '../http/body.ts'
import { CallEnd } from '../http/call-end.ts'
import { memoryOfBody } from '../resource-account/account.ts'
import { receivedCost } from '../resource-account/costs.ts'
import type { Release } from '../resource-account/fair-limit.ts'
import { payerOf } from '../resource-account/plugin.ts'

/** Bytes of a discarded body that are in memory at once. */
const discardedPart = 64 * 1024

/**
 * The body of a request to the gateway itself must arrive within `timeout` milliseconds, and its memory is reserved
 * before it is read, until it was parsed.
 * Bodies for a rack can take hours. Their limit is `BODY_TIMEOUT`.
 */
export function admitBodies(app: FastifyInstance, timeout: number): void {
  const admitted = new WeakMap<FastifyRequest, Readable>()
  app.addHook('preParsing', function admitBody(request, reply, payload, done) {
    if (isRackCall(request) || !hasBody(request.raw)) return done(null, payload)
    const payer = payerOf(request)
    const largest = largestBody(request)
    const amount = memoryOfBody(request.routeOptions.config.discardsBody ? Math.min(largest, discardedPart) : largest)
    const { bodies } = app.resourceAccount
    const end = new CallEnd(request.raw, reply.raw)

    function admit(release: Release): void {
      app.costs.charge(payer, (largest / 1_024) * receivedCost)
      const body = detachedBody(request.raw, { onBytes: () => {}, timeout })
      const timer = setTimeout(() => {
        const reason = `The request body did not arrive completely within ${timeout / 1_000} s.`
        body.destroy(new BodyTooSlow(reason, 'Check your connection, and send the request again.'))
      }, timeout)
      // After the body was parsed, after the deadline, and if the caller disconnects.
      body.once('close', () => {
        clearTimeout(timer)
        release()
      })
      admitted.set(request, body)
      done(null, body)
    }

    const release = bodies.take(payer, amount)
    if (release !== null) admit(release)
    else bodies.wait({ payer, rack: null, signal: end }, amount).then(admit, done)
  })
  app.addHook('onResponse', function endBody(request, _reply, done) {
    // Node does not close a body that breaks off after the response. Its timers would keep the request in memory.
    admitted.get(request)?.destroy()
    done()
  })
}

/** Bytes. Above the limit of its endpoint, a body is rejected, and not stored. */
function largestBody({ raw, routeOptions: { bodyLimit = 0 } }: FastifyRequest): number {
  return Math.min(Number(raw.headers['content-length'] ?? bodyLimit), bodyLimit)
}
