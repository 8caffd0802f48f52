import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../audit/call-event.ts'
import { TooManyRequests } from '../errors.ts'
import { isEmbedded } from '../http/is-embedded.ts'
import { rackApiAddress } from '../rack-api/address.ts'
import { clientNetworks, networkLimit } from './client-network.ts'
import { createWindowLimit } from './window-limit.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts an unauthenticated request. @throws TooManyRequests above the limit of its client network */
    limitUnauthenticated(request: FastifyRequest): Promise<void>
    /** Counts a denial of an account whose credential is not valid. @throws TooManyRequests */
    limitAccount(account: string): void
  }
}

/** The limit of an account per minute is a tenth of the limit of a network, but at least this number. */
const minAccountLimit = 10

/** Authenticated requests never count, because many callers can share an address. */
export default fp<{ readonly perMinute: number }>(
  async function unauthenticatedLimit(app, { perMinute }) {
    const now = () => performance.now()
    const countNetwork = countNetworks(perMinute, now)
    const countAccount = createWindowLimit(Math.max(minAccountLimit, perMinute / 10), now)
    app.decorate('limitAccount', function limitAccount(account) {
      const seconds = countAccount(account)
      if (seconds === 0) return
      const reason = 'Too many requests of this account were denied in the last minute, from all addresses together.'
      throw new TooManyRequests(reason, `Try again in ${seconds} s.`, { rule: 'account-limit', retryAfter: seconds })
    })
    app.decorate('limitUnauthenticated', async function limitUnauthenticated(request) {
      const seconds = countNetwork(request)
      if (seconds === 0) return
      const reason = `Your address sent more than ${perMinute} unauthenticated requests in a minute.`
      const remedy = `Try again in ${seconds} s, with a valid token.`
      throw new TooManyRequests(reason, remedy, { rule: 'stranger-limit', retryAfter: seconds })
    })
  },
  { name: 'unauthenticated-limit' },
)

/**
 * Calls of the rack API count separately, so that they do not prevent other people in the same network from logging in.
 * Requests that a page of another site embeds count separately, because the person does not know of them.
 */
function targetOf(request: FastifyRequest): string {
  return isEmbedded(request) ? 'embedded' : request.url === rackApiAddress ? 'rack' : 'gateway'
}

/** Requests above the limit of a client network do not count for its /56, so that its neighbors keep a share. */
function countNetworks(perMinute: number, now: () => number): (request: FastifyRequest) => number {
  const limits = new Map<number, (key: string) => number>()

  function limitOf(max: number): (key: string) => number {
    const limit = limits.get(max) ?? createWindowLimit(max, now)
    limits.set(max, limit)
    return limit
  }

  return function secondsToWait(request) {
    const target = targetOf(request)
    for (const network of clientNetworks(addressOf(request))) {
      const seconds = limitOf(networkLimit(network, perMinute))(`${target} ${network}`)
      if (seconds > 0) return seconds
    }
    return 0
  }
}
