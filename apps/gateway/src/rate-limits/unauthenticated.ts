import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../audit/call-event.ts'
import { TooManyRequests } from '../errors.ts'
import { isEmbedded } from '../http/is-embedded.ts'
import { rackApiAddress } from '../rack-api/address.ts'
import { clientNetwork } from './client-network.ts'
import { createWindowLimit } from './window-limit.ts'

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
    const countClient = createWindowLimit(perMinute, now)
    const countAccount = createWindowLimit(Math.max(minAccountLimit, perMinute / 10), now)
    app.decorate('limitAccount', function limitAccount(account) {
      const seconds = countAccount(account)
      if (seconds === 0) return
      const reason = 'Too many requests of this account were denied in the last minute, from all addresses together.'
      throw new TooManyRequests(reason, `Try again in ${seconds} s.`, { rule: 'account-limit', retryAfter: seconds })
    })
    app.decorate('limitUnauthenticated', async function limitUnauthenticated(request) {
      const seconds = countClient(clientOf(request))
      if (seconds > 0) throw limitError(seconds)
    })
    app.addHook('onRequest', function denyAboveLimit(request, _reply, done) {
      const seconds = countClient.secondsToWait(clientOf(request))
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
function clientOf(request: FastifyRequest): string {
  const target = isEmbedded(request) ? 'embedded' : request.url === rackApiAddress ? 'rack' : 'gateway'
  return `${target} ${clientNetwork(addressOf(request))}`
}
