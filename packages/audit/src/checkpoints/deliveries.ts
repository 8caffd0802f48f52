import type { Sql } from 'postgres'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import type { CheckpointDestination } from './checkpoint-destination.ts'

export interface DeliveryState {
  readonly destination: string
  /** The newest checkpoint that this process knows to be stored; 0 if none. */
  readonly number: number
  /** Why the last attempt failed, or null. */
  readonly problem: string | null
  /**
   * The destination has another checkpoint with the same number: the log was rewritten, or two logs use one
   * destination.
   */
  readonly differs: boolean
}

export interface Deliveries {
  /**
   * Sends missing checkpoints to each destination, in order. A failing destination does not stop the others, and is
   * retried at the next call.
   */
  deliver(): Promise<void>
  states(): readonly DeliveryState[]
  failures(): number
}

export interface DeliveriesOptions {
  readonly sql: Sql
  readonly destinations: readonly CheckpointDestination[]
  readonly onDiffers: (destination: string, number: number) => void
  /**
   * The destination, or the deliveries table, has checkpoints that the log does not have. `newest` is the number of the
   * newest checkpoint in the log.
   */
  readonly onAhead: (destination: string, newest: number) => void
  readonly onFailure: (destination: string, error: unknown) => void
}

/** Milliseconds to store one copy. */
const deadline = 15_000
/** Milliseconds to list all copies. */
const listDeadline = 5 * 60_000
const pageSize = 100

export function createDeliveries({ sql, destinations, onDiffers, onAhead, onFailure }: DeliveriesOptions): Deliveries {
  const states = new Map<string, DeliveryState>(
    destinations.map(({ name }) => [name, { destination: name, number: 0, problem: null, differs: false }]),
  )
  let failures = 0

  /**
   * The number of the last stored copy, by destination. The table `audit.deliveries` is trusted only for a destination
   * that cannot list its copies, because the database owner can change the table.
   */
  const delivered = new Map<string, number>()

  async function findStart(destination: CheckpointDestination): Promise<number> {
    const known = delivered.get(destination.name)
    const recorded = await deliveredTo(sql, destination.name)
    const stored = known ?? (await destination.lastCopy?.(AbortSignal.timeout(listDeadline))) ?? recorded
    // The newest number is read last, because other replicas make checkpoints meanwhile.
    const newest = await newestNumber(sql)
    if (recorded > newest) await resetDelivered(sql, destination.name, newest)
    if (Math.max(recorded, stored) > newest) onAhead(destination.name, newest)
    if (known !== undefined) return Math.min(known, newest)
    if (destination.lastCopy === undefined) return recorded > newest ? 0 : recorded
    // Sends the last copy again, so that a different copy is detected.
    return Math.max(0, Math.min(stored, newest) - 1)
  }

  async function deliverTo(destination: CheckpointDestination): Promise<void> {
    let number = delivered.get(destination.name) ?? 0
    try {
      number = await findStart(destination)
      delivered.set(destination.name, number)
      for (;;) {
        const rows = await sql`
          select note from audit.checkpoints where number > ${number} order by number limit ${pageSize}`
        for (const { note } of rows) {
          const checkpoint = readCheckpoint(note)
          if (checkpoint === null)
            throw new Error(`the row after checkpoint ${number} in the database is not a checkpoint`)
          await destination.put(checkpoint, AbortSignal.timeout(deadline))
          number = checkpoint.number
          delivered.set(destination.name, number)
          await recordDelivered(sql, destination.name, number)
        }
        if (rows.length < pageSize) break
      }
      states.set(destination.name, { destination: destination.name, number, problem: null, differs: false })
    } catch (error) {
      failures++
      const differs = error instanceof Error && 'code' in error && error.code === 'RGW_OBJECT_DIFFERS'
      if (differs && !states.get(destination.name)?.differs) onDiffers(destination.name, number + 1)
      else if (states.get(destination.name)?.problem == null) onFailure(destination.name, error)
      const problem = error instanceof Error ? error.message : String(error)
      states.set(destination.name, { destination: destination.name, number, problem, differs })
    }
  }

  let delivering: Promise<void> | null = null
  let isRequested = false

  async function deliverAll(): Promise<void> {
    while (isRequested) {
      isRequested = false
      await Promise.all(destinations.map(deliverTo))
    }
    delivering = null
  }

  return {
    deliver() {
      isRequested = true
      delivering ??= deliverAll()
      return delivering
    },
    states: () => [...states.values()],
    failures: () => failures,
  }
}

async function deliveredTo(sql: Sql, destination: string): Promise<number> {
  const [row] = await sql`select number::float8 as number from audit.deliveries where place = ${destination}`
  return row?.number ?? 0
}

async function newestNumber(sql: Sql): Promise<number> {
  const [row] = await sql`select coalesce(max(number), 0)::float8 as number from audit.checkpoints`
  return row?.number ?? 0
}

async function resetDelivered(sql: Sql, destination: string, newest: number): Promise<void> {
  await sql`update audit.deliveries set number = 0, at = now() where place = ${destination} and number > ${newest}`
}

/** After a restart, a destination that cannot list its copies gets the checkpoints after the recorded number. */
async function recordDelivered(sql: Sql, destination: string, number: number): Promise<void> {
  await sql`
    insert into audit.deliveries (place, number, at) values (${destination}, ${number}, now())
    on conflict (place) do update set number = greatest(deliveries.number, excluded.number), at = now()`
}
