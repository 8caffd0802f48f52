import type { Sql } from 'postgres'
import type { ListedCall } from './listed-call.ts'

/** Writes the live calls of this process to the database, in batches, so that every process can list them. */
export interface CallListing {
  /** Also updates the grant of a listed call. */
  add(call: ListedCall): void
  remove(id: string): void
  /** Deletes the rows of this process. @throws the error of the database */
  stop(): Promise<void>
}

export interface CallListingOptions {
  readonly sql: Sql
  /** The audit stream of this process. Its lease shows whether the process lives. */
  readonly stream: () => string | null
  /** Called after calls got their rows. */
  readonly onListed: () => void
  readonly onError: (error: unknown) => void
}

/** Milliseconds from a change to its batch. A call that ends before its batch is never written. */
const linger = 250
/** Milliseconds until the next attempt after a failed batch. */
const retryAfter = 1_000
const batchSize = 500

function toRow({ startedAt, principalKind, principalName, grant, ...call }: ListedCall, stream: string) {
  const columns = {
    started_at: startedAt,
    principal_kind: principalKind,
    principal_name: principalName,
    grant_id: grant,
  }
  return { ...call, ...columns, stream }
}

export function createCallListing({ sql, stream, onListed, onError }: CallListingOptions): CallListing {
  const added = new Map<string, ListedCall>()
  /** The calls that may have a row, because the response to an insert can be lost. */
  const inserted = new Set<string>()
  const removed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | null = null
  let isStopped = false

  async function insertBatch(): Promise<void> {
    const batch = [...added.values()].slice(0, batchSize)
    const current = stream()
    if (batch.length === 0 || current === null) return
    for (const { id } of batch) {
      added.delete(id)
      inserted.add(id)
    }
    try {
      const rows = batch.map((call) => toRow(call, current))
      await sql`insert into gateway.live_calls ${sql(rows)} on conflict (id) do update set grant_id = excluded.grant_id`
    } catch (error) {
      for (const call of batch) if (!removed.has(call.id) && !added.has(call.id)) added.set(call.id, call)
      throw error
    }
    onListed()
  }

  async function deleteBatch(ids: ReadonlySet<string>): Promise<void> {
    const batch = [...ids].slice(0, batchSize)
    if (batch.length === 0) return
    await sql`
      with ended as (delete from gateway.live_calls where id in ${sql(batch)})
      delete from gateway.call_endings where call in ${sql(batch)}`
    for (const id of batch) {
      removed.delete(id)
      inserted.delete(id)
    }
  }

  async function write(): Promise<void> {
    await deleteBatch(removed)
    await insertBatch()
  }

  function writeAfter(delay: number): void {
    if (isStopped || timer !== undefined || writing !== null) return
    timer = setTimeout(writeNow, delay).unref()
  }

  function writeNow(): void {
    timer = undefined
    let delay = linger
    writing = write()
      .catch((error: unknown) => {
        onError(error)
        delay = retryAfter
      })
      .finally(() => {
        writing = null
        if (added.size + removed.size > 0) writeAfter(delay)
      })
  }

  return {
    add(call) {
      added.set(call.id, call)
      writeAfter(linger)
    },
    remove(id) {
      added.delete(id)
      if (!inserted.has(id)) return
      removed.add(id)
      writeAfter(linger)
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await writing
      while (inserted.size > 0) await deleteBatch(inserted)
    },
  }
}
