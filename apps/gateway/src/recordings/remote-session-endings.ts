import type { Identities } from '@rack-gateway/auth'
import type { Sql } from 'postgres'

/** Ends sessions of this process at the request of any process. */
export interface RemoteSessionEndings {
  /** @returns a function that removes the session */
  add(recording: string, end: (reason: string) => void): () => void
  stop(): void
}

export interface RemoteSessionEndingsOptions {
  readonly sql: Sql
  /** A request to end a session also raises the revision. */
  readonly identities: Pick<Identities, 'onChange'>
  readonly onError: (error: unknown) => void
}

/** Milliseconds until the next attempt after a failed query. */
const retryAfter = 1_000

export function createRemoteSessionEndings({
  sql,
  identities,
  onError,
}: RemoteSessionEndingsOptions): RemoteSessionEndings {
  const sessions = new Map<string, (reason: string) => void>()
  let retry: NodeJS.Timeout | undefined
  let isChecking = false
  let mustRepeat = false

  async function endRequested(): Promise<void> {
    const ended = await sql<{ id: string; ending: string }[]>`
      select id, ending from gateway.recordings where ended_at is null and ending is not null`
    for (const { id, ending } of ended) sessions.get(id)?.(ending)
  }

  /** Runs one query at a time, and one more if another was requested meanwhile. */
  function check(): void {
    mustRepeat = true
    if (isChecking || sessions.size === 0) return
    isChecking = true
    mustRepeat = false
    clearTimeout(retry)
    endRequested()
      .catch((error: unknown) => {
        onError(error)
        retry = setTimeout(check, retryAfter).unref()
      })
      .finally(() => {
        isChecking = false
        if (mustRepeat) check()
      })
  }

  const unsubscribe = identities.onChange(check)
  return {
    add(recording, end) {
      sessions.set(recording, end)
      // The request can be older than the registration of the session.
      check()
      return () => sessions.delete(recording)
    },
    stop() {
      unsubscribe()
      clearTimeout(retry)
    },
  }
}
