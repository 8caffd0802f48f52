import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { rackApiAddress } from '../calls/address.ts'
import { TooManyRequests } from '../errors/errors.ts'
import { isEmbedded } from '../http/is-embedded.ts'
import { addressOf } from '../http/source.ts'
import { clientNetworks, networkLimit } from './client-network.ts'
import { createWindowLimit, type WindowLimit } from './window-limit.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts an unauthenticated request. @throws TooManyRequests above the limit of its client network */
    limitUnauthenticated(request: FastifyRequest): Promise<void>
    /** Counts a request that is not valid HTTP. @returns whether it is above the limit of its client network */
    countMalformed(address: string): boolean
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
      const seconds = networks.count(targetOf(request), addressOf(request))
      if (seconds > 0) throw limitError(seconds)
    })
    app.decorate('countMalformed', (address) => networks.count('malformed', address) > 0)
    app.addHook('onRequest', function denyAboveLimit(request, _reply, done) {
      const seconds = networks.secondsToWait(targetOf(request), addressOf(request))
      if (seconds === 0 || isUnlimited(request) || canBeAuthenticated(request)) return done()
      done(limitError(seconds))
    })

    function limitError(seconds: number): Error {
      const reason = `Your address sent more than ${perMinute} unauthenticated requests in a minute.`
      const remedy = `Try again in ${seconds} s, with a valid token.`
      return new TooManyRequests(reason, remedy, { rule: 'unauthenticated-limit', retryAfter: seconds })
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
 * Requests that are not valid HTTP count separately, because nothing is known of their target.
 */
type Target = 'rack' | 'gateway' | 'embedded' | 'malformed'

function targetOf(request: FastifyRequest): Target {
  return isEmbedded(request) ? 'embedded' : request.url === rackApiAddress ? 'rack' : 'gateway'
}

interface NetworksLimit {
  /** Counts a request. @returns the seconds to wait; 0 up to the limit */
  count(target: Target, address: string): number
  /** The same without counting. */
  secondsToWait(target: Target, address: string): number
}

/** Requests above the limit of a client network do not count for its /56, so that its neighbors keep a share. */
function createNetworksLimit(perMinute: number, now: () => number): NetworksLimit {
  const limits = new Map<number, WindowLimit>()

  function limitOf(max: number): WindowLimit {
    const limit = limits.get(max) ?? createWindowLimit(max, now)
    limits.set(max, limit)
    return limit
  }

  function firstWait(target: Target, address: string, secondsOf: (limit: WindowLimit, key: string) => number): number {
    for (const network of clientNetworks(address)) {
      const seconds = secondsOf(limitOf(networkLimit(network, perMinute)), `${target} ${network}`)
      if (seconds > 0) return seconds
    }
    return 0
  }

  return {
    count: (target, address) => firstWait(target, address, (limit, key) => limit(key)),
    secondsToWait: (target, address) => firstWait(target, address, (limit, key) => limit.secondsToWait(key)),
  }
}
