import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../audit/call-event.ts'
import { TooManyRequests } from '../errors.ts'
import { isEmbedded } from '../http/is-embedded.ts'
import { rackApiAddress } from '../rack-api/address.ts'
import { clientNetworks, networkLimit } from './client-network.ts'
import { createWindowLimit, type WindowLimit } from './window-limit.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts an unauthenticated request. @throws TooManyRequests above the limit of its client network */
    limitUnauthenticated(request: FastifyRequest): Promise<void>
    /** Counts a denial of an account whose credential is not valid. @throws TooManyRequests */
    limitAccount(account: string): void
  }
  interface FastifyContextConfig {
    /** Whether the limit of unauthenticated requests does not apply to the route. */
    isUnlimited?: boolean
  }
}

/** The limit of an account per minute is a tenth of the limit of a network, but at least this number. */
const minAccountLimit = 10

/**
 * Authenticated requests never count, because many callers can share an address.
 * Above the limit, a request is denied before any other work, unless it has a credential that only a lookup could
 * reject.
 */
export default fp<{ readonly perMinute: number }>(
  async function unauthenticatedLimit(app, { perMinute }) {
    const now = () => performance.now()
    const networks = createNetworksLimit(perMinute, now)
    const countAccount = createWindowLimit(Math.max(minAccountLimit, perMinute / 10), now)
    app.decorate('limitAccount', function limitAccount(account) {
      const seconds = countAccount(account)
      if (seconds === 0) return
      const reason = 'Too many requests of this account were denied in the last minute, from all addresses together.'
      throw new TooManyRequests(reason, `Try again in ${seconds} s.`, { rule: 'account-limit', retryAfter: seconds })
    })
    app.decorate('limitUnauthenticated', async function limitUnauthenticated(request) {
      const seconds = networks.count(request)
      if (seconds > 0) throw limitError(seconds)
    })
    app.addHook('onRequest', function denyAboveLimit(request, _reply, done) {
      const seconds = networks.secondsToWait(request)
      if (seconds === 0 || isUnlimited(request) || canBeAuthenticated(request)) return done()
      done(limitError(seconds))
    })

    function limitError(seconds: number): Error {
      const reason = `Your address sent more than ${perMinute} unauthenticated requests in a minute.`
      const remedy = `Try again in ${seconds} s, with a valid token.`
      return new TooManyRequests(reason, remedy, { rule: 'stranger-limit', retryAfter: seconds })
    }

    /** Does no I/O. Requests of the rack API use no cookies. */
    function canBeAuthenticated({ url, raw }: FastifyRequest): boolean {
      return app.signatureCheck.hasToken(raw) || (url !== rackApiAddress && app.signatureCheck.hasCookie(raw))
    }
  },
  { name: 'unauthenticated-limit' },
)

function isUnlimited({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.isUnlimited === true
}

/**
 * Calls of the rack API count separately, so that they do not prevent other people in the same network from logging in.
 * Requests that a page of another site embeds count separately, because the person does not know of them.
 */
function targetOf(request: FastifyRequest): string {
  return isEmbedded(request) ? 'embedded' : request.url === rackApiAddress ? 'rack' : 'gateway'
}

interface NetworksLimit {
  /** Counts the request. @returns the seconds to wait; 0 up to the limit */
  count(request: FastifyRequest): number
  /** The same without counting. */
  secondsToWait(request: FastifyRequest): number
}

/** Requests above the limit of a client network do not count for its /56, so that its neighbors keep a share. */
function createNetworksLimit(perMinute: number, now: () => number): NetworksLimit {
  const limits = new Map<number, WindowLimit>()

  function limitOf(max: number): WindowLimit {
    const limit = limits.get(max) ?? createWindowLimit(max, now)
    limits.set(max, limit)
    return limit
  }

  function firstWait(request: FastifyRequest, secondsOf: (limit: WindowLimit, key: string) => number): number {
    const target = targetOf(request)
    for (const network of clientNetworks(addressOf(request))) {
      const seconds = secondsOf(limitOf(networkLimit(network, perMinute)), `${target} ${network}`)
      if (seconds > 0) return seconds
    }
    return 0
  }

  return {
    count: (request) => firstWait(request, (limit, key) => limit(key)),
    secondsToWait: (request) => firstWait(request, (limit, key) => limit.secondsToWait(key)),
  }
}
