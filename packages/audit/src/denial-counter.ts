import { addressBlock } from './address-block.ts'
import type { EventDraft } from './event.ts'

/** A call that was refused before anybody knew who called. Its words are constants of ours, never the caller's text. */
export interface CountedDenial {
  readonly address: string
  readonly rule: string
  readonly reason: string
  readonly remedy?: string
  /** SHA-256 of the policy document in force, hex. */
  readonly policy?: string
}

export interface DenialCounterOptions {
  readonly record: (draft: EventDraft) => Promise<unknown>
  readonly clock: { now(): number }
  /** Different (block, rule) pairs between two writes; further ones are counted as `other`. Default 1,024. */
  readonly keys?: number
  /** Milliseconds until a count is written. Default 1,000. */
  readonly interval?: number
  /** Events of all blocks together; what is beyond is counted as `other`. */
  readonly budget?: DenialBudget
}

export interface DenialBudget {
  /** Events that may be written at once after a quiet time. Default 256. */
  readonly burst: number
  /** Events that may be written in each second, in the long run. Default 4. */
  readonly perSecond: number
}

export interface DenialCounter {
  /** Counts, without I/O. */
  count(refusal: CountedDenial): void
  /** Writes what was counted. What can't be written is counted on. */
  flush(): Promise<void>
  stop(): void
  /** Refusals that are not in the log yet. */
  readonly pending: number
  /** Refusals since the start. */
  readonly total: number
}

interface Count extends Omit<CountedDenial, 'address'> {
  readonly block: string
  readonly first: number
  last: number
  count: number
}

const overflow = { block: 'other', rule: 'other', reason: 'more kinds of refusals than are told apart' }

const usualBudget: DenialBudget = { burst: 256, perSecond: 4 }

/**
 * A bounded table: a flood costs memory for `keys` entries, and events of one budget, however many blocks it comes from.
 * The most frequent refusals are named first, and no refusal is lost from the counts.
 */
export function createDenialCounter(options: DenialCounterOptions): DenialCounter {
  const { record, clock, keys = 1_024, interval = 1_000, budget = usualBudget } = options
  let left = budget.burst
  let filledAt = clock.now()
  let table = new Map<string, Count>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let total = 0

  function add(counted: Count) {
    const key = `${counted.block} ${counted.rule}`
    const known = table.get(key)
    if (known) {
      known.count += counted.count
      known.last = Math.max(known.last, counted.last)
    } else if (table.size < keys || counted.block === overflow.block) {
      table.set(key, counted)
    } else {
      const { first, last, count, policy } = counted
      add({ ...overflow, first, last, count, ...(policy !== undefined && { policy }) })
    }
    if (!timer && !stopped) timer = setTimeout(flush, interval).unref()
  }

  async function flush() {
    clearTimeout(timer)
    timer = undefined
    const counted = withinBudget([...table.values()])
    table = new Map()
    await Promise.all(counted.map((entry) => record(callEventOf(entry)).catch(() => add(entry))))
  }

  /** The counts that the budget has events for, and one more event for all the others. */
  function withinBudget(counted: readonly Count[]): Count[] {
    const now = clock.now()
    left = Math.min(budget.burst, left + (Math.max(0, now - filledAt) / 1_000) * budget.perSecond)
    filledAt = now
    const named = counted.filter(({ block }) => block !== overflow.block)
    const ranked = named.toSorted((one, other) => other.count - one.count)
    const told = ranked.slice(0, Math.floor(left))
    left -= told.length
    const untold = [...ranked.slice(told.length), ...counted.filter(({ block }) => block === overflow.block)]
    return untold.length === 0 ? told : [...told, together(untold)]
  }

  return {
    count({ address, rule, reason, remedy, policy }) {
      const now = clock.now()
      total++
      const told = { rule, reason, ...(remedy !== undefined && { remedy }), ...(policy !== undefined && { policy }) }
      add({ block: addressBlock(address), ...told, first: now, last: now, count: 1 })
    },
    flush,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
    get total() {
      return total
    },
    get pending() {
      let sum = 0
      for (const { count } of table.values()) sum += count
      return sum
    },
  }
}

function together(counts: readonly Count[]): Count {
  const [{ policy } = {}] = counts
  return {
    ...overflow,
    first: Math.min(...counts.map(({ first }) => first)),
    last: Math.max(...counts.map(({ last }) => last)),
    count: counts.reduce((sum, { count }) => sum + count, 0),
    ...(policy !== undefined && { policy }),
  }
}

function callEventOf({ block, rule, reason, remedy, policy, count, first, last }: Count): EventDraft {
  const said = { ...(remedy !== undefined && { next: remedy }), ...(policy !== undefined && { policy }) }
  return {
    kind: 'refused',
    source: { address: block },
    decision: { effect: 'deny', rule, source: 'gateway', reason, ...said },
    count,
    durationMs: Math.max(0, last - first),
  }
}
