import type { Identities } from '@rack-gateway/auth'
import type { Sql } from 'postgres'

/** Ends calls of this process at the request of any process. */
export interface CallEndings {
  /** @returns a function that removes the call */
  add(call: string, end: (reason: string) => void): () => void
  /** Ends calls whose end was requested before they were added. Each later request causes a check by itself. */
  check(): void
  stop(): void
}

export interface CallEndingsOptions {
  readonly sql: Sql
  readonly identities: Pick<Identities, 'onChange'>
  readonly onError: (error: unknown) => void
}

/** Milliseconds until the next attempt after a failed query. */
const retryAfter = 1_000

export function createCallEndings({ sql, identities, onError }: CallEndingsOptions): CallEndings {
  const calls = new Map<string, (reason: string) => void>()
  let retry: NodeJS.Timeout | undefined
  let isChecking = false
  let mustRepeat = false

  async function endRequested(): Promise<void> {
    const requested = await sql<{ call: string; reason: string }[]>`select call, reason from gateway.call_endings`
    for (const { call, reason } of requested) calls.get(call)?.(reason)
  }

  /** Runs one query at a time. Repeats the query if `check` was called meanwhile. */
  function check(): void {
    mustRepeat = true
    if (isChecking || calls.size === 0) return
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
    add(call, end) {
      calls.set(call, end)
      return () => calls.delete(call)
    },
    check,
    stop() {
      unsubscribe()
      clearTimeout(retry)
    },
  }
}
