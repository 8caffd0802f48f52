import { type Database, lastUses } from '@rack-gateway/database'
import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface LastUses {
  /** Without I/O. @param credential the id of a session or API token */
  note(credential: string, address: string): void
  /** Writes what is due. */
  flush(): Promise<void>
  stop(): Promise<void>
  /** Writes that failed since the start. */
  failures(): number
}

export interface LastUsesOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

/** A credential's use is written at most this often, by all replicas together, in milliseconds. */
const every = 60_000
const tick = 1_000
const mostRemembered = 10_000

interface Use {
  readonly address: string
  readonly usedAt: number
}

/** Keeps when and from where credentials were last used. Calls don't wait for it, and one that fails loses nothing but that. */
export function createLastUses({ database: { db }, clock, onError }: LastUsesOptions): LastUses {
  let failed = 0
  const noted = new Map<string, Use>()
  const written = new LRUCache<string, number>({ max: mostRemembered })
  const timer = setInterval(() => void flush(), tick).unref()

  async function write(due: (credential: string) => boolean): Promise<void> {
    const rows = [...noted].filter(([credential]) => due(credential)).map(rowOf)
    if (rows.length === 0) return
    for (const { credential, usedAt } of rows) {
      noted.delete(credential)
      written.set(credential, usedAt.getTime())
    }
    const newest = { usedAt: sql`excluded.used_at`, address: sql`excluded.address` }
    await db
      .insert(lastUses)
      .values(rows)
      .onConflictDoUpdate({
        target: lastUses.credential,
        set: newest,
        setWhere: sql`last_uses.used_at <= excluded.used_at - ${every} * interval '1 millisecond'`,
      })
      .catch((error: unknown) => {
        failed++
        onError(error)
      })
  }

  function flush(): Promise<void> {
    const now = clock.now()
    return write((credential) => now - (written.get(credential) ?? Number.NEGATIVE_INFINITY) >= every)
  }

  return {
    note(credential, address) {
      if (noted.size < mostRemembered || noted.has(credential)) noted.set(credential, { address, usedAt: clock.now() })
    },
    flush,
    async stop() {
      clearInterval(timer)
      await write(() => true)
    },
    failures: () => failed,
  }
}

function rowOf([credential, { address, usedAt }]: [string, Use]) {
  return { credential, address, usedAt: new Date(usedAt) }
}
