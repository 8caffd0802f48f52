import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../audit/call-event.ts'
import { ruled, TooManyRequests } from '../errors.ts'
import { createAccountLimit } from './account.ts'
import { senderAt } from './client-network.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts what somebody unknown asks or fails at. @throws TooManyRequests beyond the limit of their address */
    limitStranger(request: FastifyRequest): Promise<void>
    /** Counts what is refused for an account that somebody named and may not use. @throws TooManyRequests */
    limitAccount(account: string): void
  }
}

export interface UnauthenticatedLimitOptions {
  readonly perMinute: number
}

const minute = 60_000
/** An account is refused a tenth of what an address may be, but at least this often in a minute. */
const leastOfAccount = 10

/** In memory, and never asked for a call whose credential holds: many callers can share an address. */
export default fp<UnauthenticatedLimitOptions>(
  async function unauthenticatedLimit(app, { perMinute }) {
    await app.register(rateLimit, { global: false })
    const count = app.createRateLimit({ max: perMinute, timeWindow: minute, keyGenerator: senderOf })
    const secondsToWait = createAccountLimit(Math.max(leastOfAccount, perMinute / 10), () => performance.now())
    app.decorate('limitAccount', function limitAccount(account) {
      const seconds = secondsToWait(account)
      if (seconds === 0) return
      const reason = `this account was refused too often in the last minute, from whatever address`
      throw Object.assign(ruled(new TooManyRequests(reason, `try again in ${seconds} s`), 'account-limit'), {
        retryAfter: seconds,
      })
    })
    app.decorate('limitStranger', async function limitStranger(request) {
      const result = await count(request)
      if (result.isAllowed || !result.isExceeded) return
      const seconds = Math.max(1, result.ttlInSeconds)
      const reason = `more than ${perMinute} calls a minute came from your address without a credential that holds`
      const next = `try again in ${seconds} s, with a token that works`
      throw Object.assign(ruled(new TooManyRequests(reason, next), 'stranger-limit'), { retryAfter: seconds })
    })
  },
  { name: 'unauthenticated-limit' },
)

function senderOf(request: FastifyRequest): string {
  return senderAt(addressOf(request))
}
