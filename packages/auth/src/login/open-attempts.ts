import { type Attempt, attemptLife, attemptName, createAttemptSeal } from './attempts.ts'
import { type CookieNames, clearCookie, sentCookies, setCookie } from './cookies.ts'

const mostAttempts = 5

/** The logins that one browser has begun, in its cookies: one for each tab. @param secrets newest first */
export function createOpenAttempts(cookies: CookieNames, secrets: readonly Uint8Array[]) {
  const { seal, open } = createAttemptSeal(secrets)
  const nameOf = (state: string) => cookies.login + attemptName(state)

  return {
    /** Null unless this very browser began it. */
    find(rawHeaders: readonly string[], state: string): Attempt | null {
      const sealed = sentCookies(rawHeaders).filter(([name]) => name === nameOf(state))
      const [first, another] = sealed
      const attempt = first && !another ? open(first[1]) : null
      return attempt?.state === state ? attempt : null
    },

    /** What sets the cookie of a new one. Those of tabs that were left behind go, or no request would fit at last. */
    add(rawHeaders: readonly string[], attempt: Attempt): string[] {
      const begun = sentCookies(rawHeaders)
        .filter(([name]) => name.startsWith(cookies.login) && /^[0-9a-f]+$/.test(name.slice(cookies.login.length)))
        .map(([name, value]) => ({ name, begunAt: open(value)?.begunAt ?? 0 }))
        .sort((one, other) => other.begunAt - one.begunAt)
      const stale = begun.slice(mostAttempts - 1).map(({ name }) => clearCookie(cookies, name))
      return [...stale, setCookie(cookies, nameOf(attempt.state), seal(attempt), attemptLife / 1_000)]
    },

    remove: (state: string) => clearCookie(cookies, nameOf(state)),
  }
}
