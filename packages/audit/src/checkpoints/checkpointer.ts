import { openPool } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Sql } from 'postgres'
import type { RecordedEvent } from '../recorded-event.ts'
import { type CheckpointChain, createCheckpointChain } from '../verify/checkpoint-chain.ts'
import { type Alarm, createAlarms } from './alarm.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { createDeliveries, type DeliveryState } from './deliveries.ts'
import type { SigningKeys } from './key-choice.ts'
import { type LoggedAlarms, loggedAlarms } from './open-alarms.ts'
import { createOwnStreams } from './own-stream.ts'
import type { CheckpointPlace } from './place.ts'
import { makeCheckpoint, type RoundResult } from './round.ts'

export interface CheckpointerOptions {
  /** The runtime login. */
  readonly url: string
  /** Newest first. */
  readonly keys: SigningKeys
  readonly places: readonly CheckpointPlace[]
  /** Something that should be impossible unless somebody tampers. Told once each. */
  readonly onAlarm: (alarm: Alarm) => void
  /** The first checkpoint of a key. */
  readonly onKey: (checkpoint: Checkpoint) => void
  /** An attempt that failed; it is made again. */
  readonly onError: (what: string, error: unknown) => void
  /** Milliseconds between checkpoints. Default 50,000, so that together with what a round takes none is later than a minute. */
  readonly interval?: number
  /** Milliseconds between looks at whether it is time. Default 2,000. */
  readonly every?: number
  /** Events of one stream after which it is time earlier. Default 10,000. */
  readonly growth?: number
  /** Milliseconds between checkpoints that growth asks for. Default 5,000. */
  readonly apart?: number
  /** Milliseconds that `stop` waits for the last checkpoint. Default 5,000. */
  readonly lastWords?: number
}

export interface CheckpointerState {
  /** The newest checkpoint that is known here. */
  readonly number: number
  /** Milliseconds since it was made; infinite before the first one. */
  readonly age: number
  /** Events that were read back and verified here. */
  readonly verified: number
  /** Raised by this process. */
  readonly alarms: number
  /** Those of all processes that nobody has acknowledged; of the newest that the log has, when it was (RFC 3339). */
  readonly openAlarms: { readonly count: number; readonly last: string | null }
  /** Events of this process that no checkpoint has signed yet. */
  readonly unsigned: number
  /** The key that the log goes on with, where it isn't here. */
  readonly missingKey: string | null
  readonly places: readonly DeliveryState[]
  readonly deliveryFailures: number
}

/** Makes checkpoints with the other replicas, looks at those that others make, and sends copies away. Nobody waits for it. */
export interface Checkpointer {
  /** What became durable. Returns at once. */
  wrote(events: readonly RecordedEvent[]): void
  /** What becomes durable from now on does so in a file, where no checkpoint can sign it. */
  left(): void
  /** All of it is in the database. */
  cameBack(): void
  start(): void
  /** Looks now whether it is time. For tests, and for the end. */
  look(): Promise<void>
  state(): CheckpointerState
  /** A last checkpoint, if anything isn't signed, and its copies. What isn't done by then is told, once, and left to others. */
  stop(): Promise<void>
}

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { keys, places, interval = 50_000, every = 2_000, growth = 10_000, apart = 5_000, lastWords = 5_000 } = options
  const sql = connect(options.url)
  // One connection for rounds, which holds their lock; one for what follows them and for copies.
  const rounds = connect(options.url)
  const own = createOwnStreams()
  const alarms = createAlarms(options.onAlarm)
  const deliveries = createDeliveries({
    sql,
    places,
    onDiffers: (place, number) => alarms.raise({ problem: 'place', number, place }),
    onAhead: (place, number) => alarms.raise({ problem: 'ahead', number, place }),
    onFailure: (place, error) => tell(`a copy for ${place}`, error),
  })
  const chain = createCheckpointChain()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let last: { number: number; seenAt: number; age: number } | null = null
  let verified = 0
  let missingKey: string | null = null
  let logged: LoggedAlarms = { open: new Map(), acknowledged: new Set() }
  let state: 'running' | 'given-up' = 'running'

  /** Whatever still runs when its connections are closed fails, and says nothing new. */
  function tell(what: string, error: unknown): void {
    if (state === 'running') options.onError(what, error)
  }

  /** By this process's own clock from when it first saw the newest one. */
  function age(): number {
    return last === null ? Number.POSITIVE_INFINITY : last.age + performance.now() - last.seenAt
  }
  let growthAt = Number.NEGATIVE_INFINITY

  async function round(least: number): Promise<void> {
    const result = await makeCheckpoint(rounds, {
      keys,
      interval: least,
      overdue: age() >= interval ? (last?.number ?? null) : null,
      onTime: (problem, number) => alarms.raise({ problem, number }),
    })
    missingKey = result.kind === 'outdated' ? result.current : null
    if (result.kind === 'made') heed(result)
    if (result.kind === 'unreadable') alarms.raise({ problem: 'unreadable', number: result.number })
    last = (await follow(sql, chain, heedOther)) ?? last
    void deliveries.deliver()
    logged = await loggedAlarms(sql)
  }

  function heed({ checkpoint, broken, verified: read }: RoundResult & { kind: 'made' }): void {
    verified += read
    for (const { stream, seq, problem } of broken) alarms.raise({ problem, stream, seq, number: checkpoint.number })
    if (checkpoint.number === 1 || checkpoint.replaces !== null) options.onKey(checkpoint)
  }

  function heedOther(checkpoint: Checkpoint | null, problems: ReturnType<CheckpointChain['add']>['findings']): void {
    // A broken stream was an alarm of whoever has found it.
    for (const { problem, number } of problems) if (problem !== 'broken') alarms.raise({ problem, number })
    if (checkpoint === null) return
    for (const { problem, stream, size, number } of own.compare(checkpoint))
      alarms.raise({ problem: `own-${problem}`, stream, seq: size, number })
  }

  /** What was raised a moment ago isn't in the log yet. */
  function openAlarms(): CheckpointerState['openAlarms'] {
    const { open, acknowledged } = logged
    const raised = [...alarms.keys()].filter((key) => !acknowledged.has(key))
    return { count: new Set([...open.keys(), ...raised]).size, last: [...open.values()].sort().at(-1) ?? null }
  }

  /** Whether it is time earlier. What is only in a file, or never signed, asks in vain: not more often than it may. */
  function hasGrown(): boolean {
    return !own.away() && own.unsigned() >= growth && performance.now() - growthAt >= apart
  }

  function lookForGrowth(): Promise<void> {
    growthAt = performance.now()
    return look(Math.min(apart, interval))
  }

  function look(least = interval): Promise<void> {
    looking ??= round(least)
      .catch((error: unknown) => tell('a checkpoint', error))
      .finally(() => {
        looking = null
      })
    return looking
  }

  return {
    wrote(events) {
      own.wrote(events)
      if (timer !== undefined && looking === null && hasGrown()) void lookForGrowth()
    },
    left: own.left,
    cameBack: () => own.cameBack(Date.now()),
    start() {
      timer = setInterval(() => void (hasGrown() ? lookForGrowth() : look()), every)
      timer.unref()
      void look()
    },
    look: () => look(),
    state: () => ({
      number: last?.number ?? 0,
      age: age(),
      verified,
      alarms: alarms.count(),
      openAlarms: openAlarms(),
      unsigned: own.unsigned(),
      missingKey,
      places: deliveries.states(),
      deliveryFailures: deliveries.failures(),
    }),
    async stop() {
      clearInterval(timer)
      timer = undefined
      const ended = await withTimeout(sayLastWords(), lastWords, () => 'late' as const)
      if (ended === 'late') {
        tell(
          'the last checkpoint',
          new Error(`it was not made and copied within ${lastWords} ms, so another replica or the next start makes it`),
        )
        state = 'given-up'
      }
      await Promise.all([rounds.end({ timeout: 1 }), sql.end({ timeout: 1 })])
      await looking
    },
  }

  async function sayLastWords(): Promise<void> {
    await looking
    if (own.unsigned() > 0) await look(0)
    await deliveries.deliver()
  }
}

/** Reads the checkpoints since the last look, whoever made them. @returns the newest, or null when there is none that is new */
async function follow(
  sql: Sql,
  chain: CheckpointChain,
  heed: (checkpoint: Checkpoint | null, problems: ReturnType<CheckpointChain['add']>['findings']) => void,
) {
  const seen = chain.last?.number ?? null
  const rows = await sql`
    select number::float8 as number, note, clock_timestamp() as now
    from audit.checkpoints
    where number > ${seen ?? 0} ${seen === null ? sql`and number = (select max(number) from audit.checkpoints)` : sql``}
    order by number`
  for (const { note } of rows) {
    const { checkpoint, findings } = chain.add(note)
    heed(checkpoint, findings)
  }
  const newest = rows.at(-1)
  if (newest === undefined) return null
  const at = Date.parse(readCheckpoint(newest.note)?.at ?? '')
  // What can't be read, or was signed in the future, has only the age that this process gives it.
  return { number: newest.number, age: Math.max(0, newest.now.getTime() - at) || 0, seenAt: performance.now() }
}

function connect(url: string): Sql {
  return openPool(url, {
    max: 1,
    connect_timeout: 5,
    connection: { application_name: 'rack-gateway checkpoints', statement_timeout: 60_000 },
  })
}
