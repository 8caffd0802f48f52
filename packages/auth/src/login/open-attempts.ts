import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Attempt, attemptLife, attemptName, createAttemptSeal } from '../provider/attempts.ts'
import { cookieValues, type GatewayCookies, sentCookies } from '../sessions/cookies.ts'
import type { Keys } from '../tokens/login-keys.ts'

const maxAttempts = 5

/** The unfinished logins of a browser. @param keys newest first */
export function createOpenAttempts({ loginPrefix }: GatewayCookies, keys: Keys) {
  const { seal, open } = createAttemptSeal(keys)
  const nameOf = (state: string) => loginPrefix + attemptName(state)

  return {
    /** Null unless the request has exactly one cookie of the login, and the gateway can open the cookie. */
    find({ raw }: FastifyRequest, state: string): Attempt | null {
      const [sealed, another] = cookieValues(raw.rawHeaders, nameOf(state))
      const attempt = sealed !== undefined && another === undefined ? open(sealed) : null
      return attempt?.state === state ? attempt : null
    },

    /** Adds a cookie, and deletes the oldest cookies, so that the Cookie header stays small. */
    add({ raw }: FastifyRequest, reply: FastifyReply, attempt: Attempt): void {
      const begun = sentCookies(raw.rawHeaders)
        .filter(([name]) => name.startsWith(loginPrefix) && /^[0-9a-f]+$/.test(name.slice(loginPrefix.length)))
        .map(([name, value]) => ({ name, begunAt: open(value)?.begunAt ?? 0 }))
        .sort((one, other) => other.begunAt - one.begunAt)
      for (const { name } of begun.slice(maxAttempts - 1)) reply.setCookie(name, '', { maxAge: 0 })
      reply.setCookie(nameOf(attempt.state), seal(attempt), { maxAge: attemptLife / 1_000 })
    },

    remove(reply: FastifyReply, state: string): void {
      reply.setCookie(nameOf(state), '', { maxAge: 0 })
    },
  }
}
