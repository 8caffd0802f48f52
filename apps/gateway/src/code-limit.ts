import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ruled, TooManyRequests } from './errors.ts'
import { addressOf } from './rack-api/draft.ts'
import { senderAt } from './sender.ts'

const window = 600_000
/** What a person types, mistypes and types again in ten minutes. */
const perAccount = 10
/** Several people can share an address. */
const perAddress = 30

/** Counts typed codes, by who types them and from where. @returns what throws TooManyRequests beyond that */
export function createCodeLimit(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const limits = [
    { max: perAccount, timeWindow: window, keyGenerator: (request: FastifyRequest) => request.principal?.id ?? '' },
    { max: perAddress, timeWindow: window, keyGenerator: (request: FastifyRequest) => senderAt(addressOf(request)) },
  ].map((limit) => app.createRateLimit(limit))

  return async function limitCodes(request) {
    for (const count of limits) {
      const result = await count(request)
      if (result.isAllowed || !result.isExceeded) continue
      const seconds = Math.max(1, result.ttlInSeconds)
      const sentence = `too many codes were typed by you or from your address; try again in ${seconds} s, with the code that your terminal shows then`
      throw Object.assign(ruled(new TooManyRequests(sentence), 'code-limit'), { retryAfter: seconds })
    }
  }
}
