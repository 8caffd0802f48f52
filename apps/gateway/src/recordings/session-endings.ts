import type { Identities } from '@rack-gateway/auth'
import type { Sql } from 'postgres'

/** Sessions of this process that another process can end. */
export interface SessionEndings {
  /** @returns the function that takes it out again */
  add(recording: string, end: (reason: string) => void): () => void
  stop(): void
}

export interface SessionEndingsOptions {
  readonly sql: Sql
  /** Ending a session raises the revision, too. */
  readonly identities: Pick<Identities, 'onChange'>
  readonly onError: (error: unknown) => void
}

/** Milliseconds until it is looked again when the database did not answer. */
const again = 1_000

export function createSessionEndings({ sql, identities, onError }: SessionEndingsOptions): SessionEndings {
  const sessions = new Map<string, (reason: string) => void>()
  let retry: NodeJS.Timeout | undefined
  let looking = false
  let wanted = false

  async function look(): Promise<void> {
    const ended = await sql<{ id: string; ending: string }[]>`
      select id, ending from gateway.recordings where ended_at is null and ending is not null`
    for (const { id, ending } of ended) sessions.get(id)?.(ending)
  }

  /** One look at a time, and one more for all who asked meanwhile. */
  function lookNow(): void {
    wanted = true
    if (looking || sessions.size === 0) return
    looking = true
    wanted = false
    clearTimeout(retry)
    look()
      .catch((error: unknown) => {
        onError(error)
        retry = setTimeout(lookNow, again).unref()
      })
      .finally(() => {
        looking = false
        if (wanted) lookNow()
      })
  }

  const forget = identities.onChange(lookNow)
  return {
    add(recording, end) {
      sessions.set(recording, end)
      // The session can have been ended before it was registered here.
      lookNow()
      return () => sessions.delete(recording)
    },
    stop() {
      forget()
      clearTimeout(retry)
    },
  }
}
