import type { Worker } from 'node:worker_threads'
import type { PoolSettings } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/time'
import type { Sql } from 'postgres'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { type Checkpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'
import type { SigningKeys } from '../signed-notes/choose-keys.ts'
import { type CheckpointChain, createCheckpointChain } from '../verify/checkpoint-chain.ts'
import { type Alarm, createAlarms } from './alarms.ts'
import type { CheckpointDestination } from './checkpoint-destination.ts'
import { connectForCheckpoints } from './connect.ts'
import { createDeliveries, type DeliveryState } from './deliveries.ts'
import { type LoggedAlarms, loggedAlarms } from './logged-alarms.ts'
import { type MakeCheckpointResult, makeCheckpoint } from './make-checkpoint.ts'
import { createStreamVerifier, startVerifierThread } from './stream-verifier.ts'
import { createWrittenStreams } from './written-streams.ts'

export interface CheckpointerOptions {
  /** One connection, with the runtime login. The checkpointer opens this pool three times. */
  readonly pool: PoolSettings
  /** Newest first. */
  readonly keys: SigningKeys
  readonly destinations: readonly CheckpointDestination[]
  /** Called once per alarm. */
  readonly onAlarm: (alarm: Alarm) => void
  /** Called for the first checkpoint of a key. */
  readonly onKey: (checkpoint: Checkpoint) => void
  /** Called for a failed attempt, which is retried. */
  readonly onError: (what: string, error: unknown) => void
  /** Milliseconds between checkpoints. Default 50,000, so that each event is signed within a minute. */
  readonly interval?: number
  /** Milliseconds between checks whether a checkpoint is due. Default 2,000. */
  readonly every?: number
  /** Unsigned events of one stream after which a checkpoint is made early. Default 10,000. */
  readonly growth?: number
  /** Minimum milliseconds between early checkpoints. Default 5,000. */
  readonly earlyInterval?: number
  /** Milliseconds that `stop` waits for the last checkpoint and its copies. Default 5,000. */
  readonly finalTimeout?: number
  readonly startVerifier?: (pool: PoolSettings) => Worker
  /** Milliseconds without progress after which the thread that verifies events is ended. Default 90,000. */
  readonly stallTimeout?: number
}

export interface CheckpointerState {
  /** Number of the newest known checkpoint. */
  readonly number: number
  /** Milliseconds since the newest known checkpoint was made; infinite if none is known. */
  readonly age: number
  /** Events that this process verified. */
  readonly verified: number
  /** The number of alarms that this process raised. */
  readonly raisedAlarms: number
  /**
   * The number of `audit.inconsistent` alarms of all processes that nobody has acknowledged, and the time of the newest
   * one in the log (RFC 3339).
   */
  readonly openInconsistencies: { readonly count: number; readonly last: string | null }
  /** The largest number of unsigned events in one stream of this process. */
  readonly unsigned: number
  /** The log's current key, if this process does not have it. */
  readonly missingKey: string | null
  /** Whether the thread that verifies events has failed since the last successful verification. */
  readonly verifierFailed: boolean
  readonly destinations: readonly DeliveryState[]
  readonly deliveryFailures: number
}

/**
 * Makes checkpoints in turn with other replicas, verifies the checkpoints of all replicas, and sends copies to
 * destinations. No call of the gateway waits for a checkpoint.
 */
export interface Checkpointer {
  /** Called with durable events. Returns at once. */
  onDurable(events: readonly RecordedEvent[]): void
  /** From now on events are durable in the fallback file, where no checkpoint can sign them. */
  onFallbackStart(): void
  /** All events are in the database again. */
  onFallbackEnd(): void
  start(): void
  /** If a checkpoint is due, makes it now. It signs all events that were durable before the call. */
  makeIfDue(): Promise<void>
  state(): CheckpointerState
  /**
   * Makes a last checkpoint for unsigned events, and copies it. Reports an error if that takes longer than
   * `finalTimeout`.
   */
  stop(): Promise<void>
}

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const {
    keys,
    destinations,
    interval = 50_000,
    every = 2_000,
    growth = 10_000,
    earlyInterval = 5_000,
    finalTimeout = 5_000,
  } = options
  const sql = connectForCheckpoints(options.pool)
  // `lockingSql` makes checkpoints, and holds their lock. `sql` serves everything else.
  const lockingSql = connectForCheckpoints(options.pool)
  const { startVerifier = startVerifierThread, stallTimeout } = options
  const verifier = createStreamVerifier({
    start: () => startVerifier(options.pool),
    stallTimeout,
    onError: (error) => reportError('a checkpoint', error),
  })
  const ownStreams = createWrittenStreams()
  const alarms = createAlarms(options.onAlarm)
  const deliveries = createDeliveries({
    sql,
    destinations,
    onDiffers: (destination, number) => alarms.raise({ problem: 'place', number, place: destination }),
    onAhead: (destination, number) => alarms.raise({ problem: 'ahead', number, place: destination }),
    onFailure: (destination, error) => reportError(`a copy for ${destination}`, error),
  })
  const chain = createCheckpointChain()
  let timer: NodeJS.Timeout | undefined
  let currentRound: Promise<void> | null = null
  let newest: { number: number; seenAt: number; age: number } | null = null
  let verified = 0
  let missingKey: string | null = null
  let logged: LoggedAlarms = { open: new Map(), acknowledged: new Set() }
  let state: 'running' | 'given-up' = 'running'

  /** After `stop` gave up, the connections are closed, and further errors are expected. */
  function reportError(what: string, error: unknown): void {
    if (state === 'running') options.onError(what, error)
  }

  /**
   * The age that the newest checkpoint had when this process read it, by the database's clock, plus the time since
   * then, by the clock of this process.
   */
  function age(): number {
    return newest === null ? Number.POSITIVE_INFINITY : newest.age + performance.now() - newest.seenAt
  }
  let lastEarlyAt = Number.NEGATIVE_INFINITY

  async function round(minInterval: number): Promise<void> {
    if (!verifier.isBackingOff()) await make(minInterval)
    newest = (await readNewCheckpoints(sql, chain, onNewCheckpoint)) ?? newest
    void deliveries.deliver()
    logged = await loggedAlarms(sql)
  }

  async function make(minInterval: number): Promise<void> {
    const result = await makeCheckpoint(lockingSql, {
      keys,
      verify: verifier.verify,
      interval: minInterval,
      newestNumberIfOverdue: age() >= interval ? (newest?.number ?? null) : null,
      onTimeProblem: (problem, number) => alarms.raise({ problem, number }),
    })
    missingKey = result.kind === 'outdated' ? result.current : null
    if (result.kind === 'made') onMade(result)
    if (result.kind === 'unreadable') alarms.raise({ problem: 'unreadable', number: result.number })
  }

  function onMade({ checkpoint, broken, verified: count }: MakeCheckpointResult & { kind: 'made' }): void {
    verified += count
    for (const { stream, seq, problem } of broken) alarms.raise({ problem, stream, seq, number: checkpoint.number })
    if (checkpoint.number === 1 || checkpoint.replaces !== null) options.onKey(checkpoint)
  }

  async function onNewCheckpoint(
    checkpoint: Checkpoint | null,
    problems: ReturnType<CheckpointChain['add']>['findings'],
  ): Promise<void> {
    // The process that found the broken stream raised the alarm.
    for (const { problem, number } of problems) if (problem !== 'broken') alarms.raise({ problem, number })
    if (checkpoint === null) return
    for (const { problem, stream, size, number } of await ownStreams.compare(checkpoint))
      alarms.raise({ problem: `own-${problem}`, stream, seq: size, number })
  }

  /** Includes alarms that are not in the log yet. */
  function openInconsistencies(): CheckpointerState['openInconsistencies'] {
    const { open, acknowledged } = logged
    const raised = [...alarms.keys()].filter((key) => !acknowledged.has(key))
    return { count: new Set([...open.keys(), ...raised]).size, last: [...open.values()].sort().at(-1) ?? null }
  }

  /** Events that are only in a fallback file cannot be signed, so they must not cause an early checkpoint. */
  function hasGrown(): boolean {
    return (
      !ownStreams.isInFallback() && ownStreams.unsigned() >= growth && performance.now() - lastEarlyAt >= earlyInterval
    )
  }

  function makeForGrowth(): Promise<void> {
    lastEarlyAt = performance.now()
    return runRound(Math.min(earlyInterval, interval))
  }

  function runRound(minInterval = interval): Promise<void> {
    currentRound ??= round(minInterval)
      .catch((error: unknown) => reportError('a checkpoint', error))
      .finally(() => {
        currentRound = null
      })
    return currentRound
  }

  return {
    onDurable(events) {
      ownStreams.add(events)
      if (timer !== undefined && currentRound === null && hasGrown()) void makeForGrowth()
    },
    onFallbackStart: ownStreams.onFallbackStart,
    onFallbackEnd: () => ownStreams.onFallbackEnd(Date.now()),
    start() {
      timer = setInterval(() => void (hasGrown() ? makeForGrowth() : runRound()), every)
      timer.unref()
      void runRound()
    },
    async makeIfDue() {
      await currentRound
      await runRound()
    },
    state: () => ({
      number: newest?.number ?? 0,
      age: age(),
      verified,
      raisedAlarms: alarms.count(),
      openInconsistencies: openInconsistencies(),
      unsigned: ownStreams.unsigned(),
      missingKey,
      verifierFailed: verifier.hasFailed(),
      destinations: deliveries.states(),
      deliveryFailures: deliveries.failures(),
    }),
    async stop() {
      clearInterval(timer)
      timer = undefined
      const ended = await withTimeout(makeFinalCheckpoint(), finalTimeout, () => 'late' as const)
      if (ended === 'late') {
        reportError(
          'the last checkpoint',
          new Error(
            `it was not made and copied within ${finalTimeout} ms, so another replica or the next start makes it`,
          ),
        )
        state = 'given-up'
      }
      await Promise.all([verifier.close(), lockingSql.end({ timeout: 1 }), sql.end({ timeout: 1 })])
      await currentRound
    },
  }

  async function makeFinalCheckpoint(): Promise<void> {
    await currentRound
    if (ownStreams.unsigned() > 0) await runRound(0)
    await deliveries.deliver()
  }
}

/**
 * Reads checkpoints of all replicas since the last call; at the first call, only the newest checkpoint.
 * @returns the newest checkpoint, or null if none is new
 */
async function readNewCheckpoints(
  sql: Sql,
  chain: CheckpointChain,
  onCheckpoint: (
    checkpoint: Checkpoint | null,
    problems: ReturnType<CheckpointChain['add']>['findings'],
  ) => Promise<void>,
) {
  const seen = chain.last?.number ?? null
  const rows = await sql`
    select number::float8 as number, note, clock_timestamp() as now
    from audit.checkpoints
    where number > ${seen ?? 0} ${seen === null ? sql`and number = (select max(number) from audit.checkpoints)` : sql``}
    order by number`
  for (const { note } of rows) {
    const { checkpoint, findings } = chain.add(note)
    await onCheckpoint(checkpoint, findings)
  }
  const newest = rows.at(-1)
  if (newest === undefined) return null
  const at = Date.parse(readCheckpoint(newest.note)?.at ?? '')
  // An unreadable or future time counts as age 0.
  return { number: newest.number, age: Math.max(0, newest.now.getTime() - at) || 0, seenAt: performance.now() }
}
