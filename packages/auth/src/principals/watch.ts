import { withTimeout } from '@rack-gateway/errors/with-timeout'
import postgres, { type Sql } from 'postgres'
import type { Clock } from '../clock.ts'
import { throwLookUpTooSlow } from '../errors.ts'
import { type ChangedSubjects, readSubjects } from './changed-subjects.ts'
import { createRevision, type Revision } from './revision.ts'

export interface RevisionWatch extends Revision {
  /**
   * Polls at once. Resolves after a poll that began later than the call, whether or not it was answered: a change that was
   * committed before the call is in force in this process then.
   */
  look(): Promise<void>
  stop(): Promise<void>
}

export interface RevisionWatchOptions {
  /** The runtime login's URL. The watch has one connection of its own. */
  readonly url: string
  /** Monotonic milliseconds. */
  readonly clock?: Clock
  /** Milliseconds between polls; a notification asks at once. */
  readonly interval?: number
  /** Milliseconds after which a poll without an answer has failed and its connection is given up. */
  readonly deadline?: number
  /** Told of each failed poll. */
  readonly onError?: (error: unknown) => void
}

const monotonicClock: Clock = { now: () => performance.now() }

/** Follows the database's revision until it is stopped. Resolves after the first poll, whether or not it was answered. */
export async function watchRevision(options: RevisionWatchOptions): Promise<RevisionWatch> {
  const { url, clock = monotonicClock, interval = 500, deadline = 1_000, onError = ignore } = options
  const revision = createRevision(clock)
  let client: Sql | null = null
  let stopped = false
  let notified = false
  let known: string | null = null
  let wake = ignore
  let looking: (() => void)[] = []

  async function poll(): Promise<void> {
    notified = false
    const asked = client ?? connectWatched()
    const askedAt = clock.now()
    try {
      const { value, changed } = await withTimeout(readRevision(asked, known), deadline, throwLookUpTooSlow)
      known = value
      if (!stopped) revision.seen(value, askedAt, changed)
    } catch (error) {
      client = null
      notified = false
      await asked.end({ timeout: 0 })
      if (!stopped) onError(error)
    }
  }

  function connectWatched(): Sql {
    const made: Sql = connect(url, deadline, function notice() {
      if (made !== client) return
      notified = true
      wake()
    })
    client = made
    return made
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
      const answered = looking
      looking = []
      if (!stopped) await poll()
      for (const resolve of answered) resolve()
    }
    for (const resolve of looking) resolve()
  }

  await poll()
  const following = follow()

  function look(): Promise<void> {
    if (stopped) return Promise.resolve()
    notified = true
    wake()
    return new Promise((resolve) => looking.push(resolve))
  }

  async function stop(): Promise<void> {
    stopped = true
    wake()
    await client?.end({ timeout: 0 })
    await following
  }

  return { age: revision.age, stale: revision.stale, onChange: revision.onChange, look, stop }
}

/** Listening again does nothing where it is on already, so each poll proves both the connection and its subscription. */
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

/** Null where the database does not have the subjects of each revision in between, or one of these concerns everybody. */
async function readChanged(client: Sql, after: string, until: string): Promise<ChangedSubjects | null> {
  const rows = await client<{ subjects: string[] | null }[]>`
    select to_json(subjects) as subjects from gateway.changed_subjects where revision > ${after} and revision <= ${until}`
  const lists = rows.flatMap(({ subjects }) => (subjects === null ? [] : [subjects]))
  return lists.length === Number(until) - Number(after) ? readSubjects(lists.flat()) : null
}

function connect(url: string, deadline: number, wake: () => void): Sql {
  // A connection that was lost is noticed at once, and made again by the next poll.
  // `onnotify` is what the driver's own listen() is made with, but it isn't in its types. One connection, so polls and notifications share it.
  const options = {
    max: 1,
    onnotify: wake,
    onclose: wake,
    connect_timeout: deadline / 1_000,
    max_lifetime: null,
    fetch_types: false,
  }
  return postgres(url, {
    ...options,
    connection: { application_name: 'rack-gateway revision', statement_timeout: deadline },
  })
}

function ignore(): void {}
