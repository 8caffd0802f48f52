import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressOf } from '../audit/call-event.ts'
import { clientNetwork } from './client-network.ts'

const window = 600_000
/** Attempts of one person in ten minutes, with typing errors. */
const perAccount = 10
/** Several people can share an address. */
const perAddress = 30

/** Counts typed codes, by who types them and from where. @returns what tells whether that is too many */
export function createDeviceCodeLimit(app: FastifyInstance): (request: FastifyRequest) => Promise<boolean> {
  const limits = [
    { max: perAccount, timeWindow: window, keyGenerator: (request: FastifyRequest) => request.principal?.id ?? '' },
    {
      max: perAddress,
      timeWindow: window,
      keyGenerator: (request: FastifyRequest) => clientNetwork(addressOf(request)),
    },
  ].map((limit) => app.createRateLimit(limit))

  return async function isBeyondCodeLimit(request) {
    for (const count of limits) {
      const result = await count(request)
      // An account above its limit does not use up the limit of its address.
      if (!result.isAllowed && result.isExceeded) return true
    }
    return false
  }
}
