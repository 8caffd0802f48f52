import type { RecordIdentityEvents } from '@rack-gateway/auth'
import { changeIdentities } from '@rack-gateway/auth/store'
import type { Database } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { createRequestLists } from './request-lists.ts'
import { lockRequest, systemAuthor } from './stored-request.ts'

export interface SweepOptions {
  readonly database: Pick<Database, 'db' | 'changes' | 'revocations'>
  readonly record: RecordIdentityEvents
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** Milliseconds between two sweeps. */
  readonly interval?: number
}

export interface Sweep {
  /** Stores what the clock has changed. Joins a running sweep. */
  sweep(): Promise<void>
  /** Resolves when no sweep runs anymore. */
  stop(): Promise<void>
}

/**
 * Stores the transitions of the clock, with their events. Decisions do not wait for it: they compare the times of a grant
 * themselves. Several processes can sweep at once, because each transaction looks at the locked row again.
 */
export function createSweep({ database, record, clock, onError, interval = 1_000 }: SweepOptions): Sweep {
  const lists = createRequestLists(database, clock)
  let running: Promise<void> | null = null
  let isStopped = false
  const timer = setInterval(() => void sweep(), interval).unref()

  function sweep(): Promise<void> {
    running ??= storeDue()
      .catch(onError)
      .finally(() => {
        running = null
      })
    return running
  }

  async function storeDue(): Promise<void> {
    for (const id of await lists.due(clock.now())) {
      if (isStopped) return
      await changeIdentities({ database, by: systemAuthor, record }, async function storeTransitions(change) {
        await lockRequest(change, id, clock.now())
      }).catch(onError)
    }
  }

  return {
    sweep,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}
