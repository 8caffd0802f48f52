import { type Database, lastUses } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'

export interface LastUses {
  /** Does no I/O. @param credential the ID of a session or API token */
  recordUse(credential: string, address: string): void
  /** Writes all uses that are due. */
  flush(): Promise<void>
  stop(): Promise<void>
  /** The number of failed writes since the start. */
  failures(): number
}

export interface LastUsesOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two writes for one credential, for all replicas together. */
const writeInterval = 60_000
const flushInterval = 1_000
const maxCredentials = 10_000

interface Use {
  readonly address: string
  readonly usedAt: number
}

/** No call waits for a write. A failed write only loses a use. */
export function createLastUses({ database: { db }, clock, onError }: LastUsesOptions): LastUses {
  let failedWrites = 0
  const pendingUses = new Map<string, Use>()
  const writtenAt = new LRUCache<string, number>({ max: maxCredentials })
  const timer = setInterval(() => void flush(), flushInterval).unref()

  async function write(isDue: (credential: string) => boolean): Promise<void> {
    const rows = [...pendingUses].filter(([credential]) => isDue(credential)).map(rowOf)
    if (rows.length === 0) return
    for (const { credential, usedAt } of rows) {
      pendingUses.delete(credential)
      writtenAt.set(credential, usedAt.getTime())
    }
    const newest = { usedAt: sql`excluded.used_at`, address: sql`excluded.address` }
    await db
      .insert(lastUses)
      .values(rows)
      .onConflictDoUpdate({
        target: lastUses.credential,
        set: newest,
        setWhere: sql`last_uses.used_at <= excluded.used_at - ${writeInterval} * interval '1 millisecond'`,
      })
      .catch((error: unknown) => {
        failedWrites++
        onError(error)
      })
  }

  function flush(): Promise<void> {
    const now = clock.now()
    return write((credential) => now - (writtenAt.get(credential) ?? Number.NEGATIVE_INFINITY) >= writeInterval)
  }

  return {
    recordUse(credential, address) {
      if (pendingUses.size < maxCredentials || pendingUses.has(credential))
        pendingUses.set(credential, { address, usedAt: clock.now() })
    },
    flush,
    async stop() {
      clearInterval(timer)
      await write(() => true)
    },
    failures: () => failedWrites,
  }
}

function rowOf([credential, { address, usedAt }]: [string, Use]) {
  return { credential, address, usedAt: new Date(usedAt) }
}
