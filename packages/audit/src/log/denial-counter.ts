import { addressBlock } from '../events/address-block.ts'
import type { EventDraft } from '../events/event.ts'

/**
 * A denial of an unauthenticated request. Such denials are counted, because an event for each denial would flood the
 * log. The texts are constants of the gateway, never text of the caller.
 */
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
  /** Distinct (network, rule) pairs per interval; others are counted as `other`. Default 1,024. */
  readonly keys?: number
  /** Milliseconds until counts are recorded. Default 1,000. */
  readonly interval?: number
  /** Limits the events of all networks together. Denials beyond the budget are counted as `other`. */
  readonly budget?: EventBudget
}

export interface EventBudget {
  /** Events at once after a quiet period. Default 256. */
  readonly burst: number
  /** Sustained events per second. Default 4. */
  readonly perSecond: number
}

export interface DenialCounter {
  /** Counts a denial, without I/O. */
  count(denial: CountedDenial): void
  /** Records the counts. Counts that cannot be recorded stay in the table. */
  flush(): Promise<void>
  stop(): void
  /** Denials that are not recorded yet. */
  readonly pending: number
  /** Denials since the start. */
  readonly total: number
}

interface Count extends Omit<CountedDenial, 'address'> {
  readonly block: string
  readonly first: number
  last: number
  count: number
}

const overflow = { block: 'other', rule: 'other', reason: 'denials of further rules, counted together' }

const defaultBudget: EventBudget = { burst: 256, perSecond: 4 }

/**
 * Counts denials in a bounded table, so that a flood from many networks causes few events. Only the most frequent
 * denials are named. The others are counted together as `other`.
 */
export function createDenialCounter(options: DenialCounterOptions): DenialCounter {
  const { record, clock, keys = 1_024, interval = 1_000, budget = defaultBudget } = options
  let budgetLeft = budget.burst
  let filledAt = clock.now()
  let table = new Map<string, Count>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let total = 0

  function add(entry: Count) {
    const key = `${entry.block} ${entry.rule}`
    const existing = table.get(key)
    if (existing) {
      existing.count += entry.count
      existing.last = Math.max(existing.last, entry.last)
    } else if (table.size < keys || entry.block === overflow.block) {
      table.set(key, entry)
    } else {
      const { first, last, count, policy } = entry
      add({ ...overflow, first, last, count, ...(policy !== undefined && { policy }) })
    }
    if (!timer && !stopped) timer = setTimeout(flush, interval).unref()
  }

  async function flush() {
    clearTimeout(timer)
    timer = undefined
    const entries = applyBudget([...table.values()])
    table = new Map()
    await Promise.all(entries.map((entry) => record(denialDraft(entry)).catch(() => add(entry))))
  }

  /** The counts that fit the budget, and one count for all others. */
  function applyBudget(counts: readonly Count[]): Count[] {
    const now = clock.now()
    budgetLeft = Math.min(budget.burst, budgetLeft + (Math.max(0, now - filledAt) / 1_000) * budget.perSecond)
    filledAt = now
    const candidates = counts.filter(({ block }) => block !== overflow.block)
    const ranked = candidates.toSorted((one, other) => other.count - one.count)
    const named = ranked.slice(0, Math.floor(budgetLeft))
    budgetLeft -= named.length
    const others = [...ranked.slice(named.length), ...counts.filter(({ block }) => block === overflow.block)]
    return others.length === 0 ? named : [...named, sumCounts(others)]
  }

  return {
    count({ address, rule, reason, remedy, policy }) {
      const now = clock.now()
      total++
      const fields = { rule, reason, ...(remedy !== undefined && { remedy }), ...(policy !== undefined && { policy }) }
      add({ block: addressBlock(address), ...fields, first: now, last: now, count: 1 })
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

function sumCounts(counts: readonly Count[]): Count {
  const [{ policy } = {}] = counts
  return {
    ...overflow,
    first: Math.min(...counts.map(({ first }) => first)),
    last: Math.max(...counts.map(({ last }) => last)),
    count: counts.reduce((sum, { count }) => sum + count, 0),
    ...(policy !== undefined && { policy }),
  }
}

function denialDraft({ block, rule, reason, remedy, policy, count, first, last }: Count): EventDraft {
  const optional = { ...(remedy !== undefined && { next: remedy }), ...(policy !== undefined && { policy }) }
  return {
    kind: 'refused',
    source: { address: block },
    decision: { effect: 'deny', rule, source: 'gateway', reason, ...optional },
    count,
    durationMs: Math.max(0, last - first),
  }
}
