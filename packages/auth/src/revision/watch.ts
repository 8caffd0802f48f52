import { openPool, type PoolSettings } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { withTimeout } from '@rack-gateway/time'
import type { Sql } from 'postgres'
import { throwLookUpTooSlow } from '../errors/errors.ts'
import { type ChangedSubjects, readSubjects } from './changed-subjects.ts'
import { createRevision, type Revision } from './revision.ts'

export interface RevisionWatch extends Revision {
  /**
   * Polls immediately. Resolves after a poll that began after the call, even if that poll failed. If the poll
   * succeeded, this process applies every change that was committed before the call.
   */
  refresh(): Promise<void>
  stop(): Promise<void>
}

export interface RevisionWatchOptions {
  /** One connection, with the runtime login. */
  readonly pool: PoolSettings
  /** Monotonic milliseconds. */
  readonly clock?: Clock
  /** Milliseconds between polls. A notification polls immediately. Default 500. */
  readonly interval?: number
  /** Milliseconds after which a poll has failed, and its connection is closed. Default 1,000. */
  readonly deadline?: number
  readonly onError?: (error: unknown) => void
}

const monotonicClock: Clock = { now: () => performance.now() }

/** Resolves after the first poll, even if the poll failed. */
export async function watchRevision(options: RevisionWatchOptions): Promise<RevisionWatch> {
  const { pool, clock = monotonicClock, interval = 500, deadline = 1_000, onError = ignore } = options
  const revision = createRevision(clock)
  let client: Sql | null = null
  let stopped = false
  /** Whether the next poll begins without a pause. */
  let notified = false
  let lastValue: string | null = null
  let wake = ignore
  /** Resolve the calls of `refresh` that wait for a poll. */
  let refreshing: (() => void)[] = []

  async function poll(): Promise<void> {
    notified = false
    const connection = client ?? connectWatched()
    const askedAt = clock.now()
    try {
      const { value, changed } = await withTimeout(readRevision(connection, lastValue), deadline, throwLookUpTooSlow)
      lastValue = value
      if (!stopped) revision.update(value, askedAt, changed)
    } catch (error) {
      client = null
      notified = false
      await connection.end({ timeout: 0 })
      if (!stopped) onError(error)
    }
  }

  function connectWatched(): Sql {
    const connection: Sql = connect(pool, deadline, function wakeOnNotice() {
      if (connection !== client) return
      notified = true
      wake()
    })
    client = connection
    return connection
  }

  async function pause(): Promise<void> {
    if (notified || stopped) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, interval)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wake = ignore
  }

  async function follow(): Promise<void> {
    while (!stopped) {
      await pause()
      const resolvers = refreshing
      refreshing = []
      if (!stopped) await poll()
      for (const resolve of resolvers) resolve()
    }
    for (const resolve of refreshing) resolve()
  }

  await poll()
  const loop = follow()

  function refresh(): Promise<void> {
    if (stopped) return Promise.resolve()
    notified = true
    wake()
    return new Promise((resolve) => refreshing.push(resolve))
  }

  async function stop(): Promise<void> {
    stopped = true
    wake()
    await client?.end({ timeout: 0 })
    await loop
  }

  return { age: revision.age, stale: revision.stale, onChange: revision.onChange, refresh, stop }
}

/** Each poll repeats LISTEN, which has no effect on an active subscription, and restores a lost one. */
async function readRevision(
  client: Sql,
  known: string | null,
): Promise<{ readonly value: string; readonly changed: ChangedSubjects | null }> {
  const listening = client`listen gateway_revision`
  const reading = client`select value::text as value from gateway.revision`
  const [, [row]] = await Promise.all([listening, reading])
  const value = String(row?.value)
  return { value, changed: known === null || known === value ? null : await readChanged(client, known, value) }
}

/** Null if the database lacks the subjects of a revision in between, or if a revision affects every identity. */
async function readChanged(client: Sql, after: string, until: string): Promise<ChangedSubjects | null> {
  const rows = await client<{ subjects: string[] | null }[]>`
    select to_json(subjects) as subjects from gateway.changed_subjects where revision > ${after} and revision <= ${until}`
  const lists = rows.flatMap(({ subjects }) => (subjects === null ? [] : [subjects]))
  return lists.length === Number(until) - Number(after) ? readSubjects(lists.flat()) : null
}

function connect(pool: PoolSettings, deadline: number, wake: () => void): Sql {
  // `onclose` starts a poll, which reconnects. The types of the driver lack `onnotify`.
  const options = {
    onnotify: wake,
    onclose: wake,
    connect_timeout: deadline / 1_000,
    max_lifetime: null,
    connection: { statement_timeout: deadline },
  }
  return openPool(pool, options)
}

function ignore(): void {}
