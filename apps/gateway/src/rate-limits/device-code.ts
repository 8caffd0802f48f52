import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressOf } from '../audit/call-event.ts'
import { senderAt } from './client-network.ts'

const window = 600_000
/** What a person types, mistypes and types again in ten minutes. */
const perAccount = 10
/** Several people can share an address. */
const perAddress = 30

/** Counts typed codes, by who types them and from where. @returns what tells whether that is too many */
export function createCodeLimit(app: FastifyInstance): (request: FastifyRequest) => Promise<boolean> {
  const limits = [
    { max: perAccount, timeWindow: window, keyGenerator: (request: FastifyRequest) => request.principal?.id ?? '' },
    { max: perAddress, timeWindow: window, keyGenerator: (request: FastifyRequest) => senderAt(addressOf(request)) },
  ].map((limit) => app.createRateLimit(limit))

  return async function isBeyondCodeLimit(request) {
    for (const count of limits) {
      const result = await count(request)
      // An account that is stopped takes nothing from others at its address.
      if (!result.isAllowed && result.isExceeded) return true
    }
    return false
  }
}
