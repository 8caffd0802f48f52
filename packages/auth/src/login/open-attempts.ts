import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Attempt, attemptLife, attemptName, createAttemptSeal } from './attempts.ts'
import { type GatewayCookies, sentCookies } from './cookies.ts'

const mostAttempts = 5

/** The logins that one browser has begun, in its cookies: one for each tab. @param secrets newest first */
export function createOpenAttempts({ loginPrefix }: GatewayCookies, secrets: readonly Uint8Array[]) {
  const { seal, open } = createAttemptSeal(secrets)
  const nameOf = (state: string) => loginPrefix + attemptName(state)

  return {
    /** Null unless this very browser began it. */
    find({ raw }: FastifyRequest, state: string): Attempt | null {
      const sealed = sentCookies(raw.rawHeaders).filter(([name]) => name === nameOf(state))
      const [first, another] = sealed
      const attempt = first && !another ? open(first[1]) : null
      return attempt?.state === state ? attempt : null
    },

    /** Sets the cookie of a new one. Those of tabs that were left behind go, or no request would fit at last. */
    add({ raw }: FastifyRequest, reply: FastifyReply, attempt: Attempt): void {
      const begun = sentCookies(raw.rawHeaders)
        .filter(([name]) => name.startsWith(loginPrefix) && /^[0-9a-f]+$/.test(name.slice(loginPrefix.length)))
        .map(([name, value]) => ({ name, begunAt: open(value)?.begunAt ?? 0 }))
        .sort((one, other) => other.begunAt - one.begunAt)
      for (const { name } of begun.slice(mostAttempts - 1)) reply.setCookie(name, '', { maxAge: 0 })
      reply.setCookie(nameOf(attempt.state), seal(attempt), { maxAge: attemptLife / 1_000 })
    },

    remove(reply: FastifyReply, state: string): void {
      reply.setCookie(nameOf(state), '', { maxAge: 0 })
    },
  }
}
