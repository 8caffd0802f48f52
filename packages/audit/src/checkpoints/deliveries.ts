import type { Sql } from 'postgres'
import { readCheckpoint } from './checkpoint.ts'
import type { CheckpointPlace } from './place.ts'

export interface DeliveryState {
  readonly place: string
  /** The newest checkpoint that this process knows to be there; 0: none. */
  readonly number: number
  /** Why the last attempt failed; null when it didn't. */
  readonly problem: string | null
  /** Another checkpoint of the same number is kept there: what is here was rewritten, or another log goes there. */
  readonly differs: boolean
}

export interface Deliveries {
  /** Delivers what each place lacks, in the order of numbers. One that fails holds up no other, and is tried again next time. */
  deliver(): Promise<void>
  states(): readonly DeliveryState[]
  failures(): number
}

export interface DeliveriesOptions {
  readonly sql: Sql
  readonly places: readonly CheckpointPlace[]
  readonly onDiffers: (place: string, number: number) => void
  /** The place has copies, or the table says so, of checkpoints that the log doesn't have. */
  readonly onAhead: (place: string, number: number) => void
  readonly onFailure: (place: string, error: unknown) => void
}

/** Milliseconds for one copy, and for a list of all. */
const deadline = 15_000
const listDeadline = 5 * 60_000
const atOnce = 100

export function createDeliveries({ sql, places, onDiffers, onAhead, onFailure }: DeliveriesOptions): Deliveries {
  const states = new Map<string, DeliveryState>(
    places.map(({ name }) => [name, { place: name, number: 0, problem: null, differs: false }]),
  )
  let failures = 0

  /** What this process knows to be there. The owner of the database can write what they like into the table. */
  const reached = new Map<string, number>()

  async function begin(place: CheckpointPlace): Promise<number> {
    const known = reached.get(place.name)
    const said = await deliveredTo(sql, place.name)
    const there = known ?? (await place.complete?.(AbortSignal.timeout(listDeadline))) ?? said
    // Read last: other replicas go on.
    const newest = await newestNumber(sql)
    if (said > newest) await resetDelivered(sql, place.name, newest)
    if (Math.max(said, there) > newest) onAhead(place.name, newest)
    if (known !== undefined) return Math.min(known, newest)
    if (place.complete === undefined) return said > newest ? 0 : said
    // The last copy is put once more, so that another one in its place is noticed.
    return Math.max(0, Math.min(there, newest) - 1)
  }

  async function deliverTo(place: CheckpointPlace): Promise<void> {
    let number = reached.get(place.name) ?? 0
    try {
      number = await begin(place)
      reached.set(place.name, number)
      for (;;) {
        const rows = await sql`
          select note from audit.checkpoints where number > ${number} order by number limit ${atOnce}`
        for (const { note } of rows) {
          const checkpoint = readCheckpoint(note)
          if (checkpoint === null) throw new Error(`what follows checkpoint ${number} in the database is not one`)
          await place.put(checkpoint, AbortSignal.timeout(deadline))
          number = checkpoint.number
          reached.set(place.name, number)
          await noteDelivered(sql, place.name, number)
        }
        if (rows.length < atOnce) break
      }
      states.set(place.name, { place: place.name, number, problem: null, differs: false })
    } catch (error) {
      failures++
      const differs = error instanceof Error && 'code' in error && error.code === 'RGW_OBJECT_DIFFERS'
      if (differs && !states.get(place.name)?.differs) onDiffers(place.name, number + 1)
      else if (states.get(place.name)?.problem == null) onFailure(place.name, error)
      const problem = error instanceof Error ? error.message : String(error)
      states.set(place.name, { place: place.name, number, problem, differs })
    }
  }

  let delivering: Promise<void> | null = null
  let wanted = false

  async function deliverAll(): Promise<void> {
    while (wanted) {
      wanted = false
      await Promise.all(places.map(deliverTo))
    }
    delivering = null
  }

  return {
    deliver() {
      wanted = true
      delivering ??= deliverAll()
      return delivering
    },
    states: () => [...states.values()],
    failures: () => failures,
  }
}

async function deliveredTo(sql: Sql, place: string): Promise<number> {
  const [row] = await sql`select number::float8 as number from audit.deliveries where place = ${place}`
  return row?.number ?? 0
}

async function newestNumber(sql: Sql): Promise<number> {
  const [row] = await sql`select coalesce(max(number), 0)::float8 as number from audit.checkpoints`
  return row?.number ?? 0
}

async function resetDelivered(sql: Sql, place: string, newest: number): Promise<void> {
  await sql`update audit.deliveries set number = 0, at = now() where place = ${place} and number > ${newest}`
}

/** Where a place can't say what it has, the next start goes on from here. */
async function noteDelivered(sql: Sql, place: string, number: number): Promise<void> {
  await sql`
    insert into audit.deliveries (place, number, at) values (${place}, ${number}, now())
    on conflict (place) do update set number = greatest(deliveries.number, excluded.number), at = now()`
}
