import { LRUCache } from 'lru-cache'
import { type Work, workCosts } from './costs.ts'
import type { Payer } from './payer.ts'

/** Sums what each payer's requests cost, in milliseconds of the main thread. */
export interface CostAccount {
  charge(payer: Payer, cost: number): void
  /** Charges what work of this size costs on average. @param kib the size of the work in KiB */
  chargeAverage(payer: Payer, work: Work, kib: number): void
  /**
   * Runs the work at once, and charges the payer for it.
   *
   * @param kib the size of the work in KiB
   */
  measure<T>(payer: Payer, work: Work, kib: number, run: () => T): T
  /** Charges for work that ran in slices. @param milliseconds the sum of all slices */
  chargeMeasured(payer: Payer, work: Work, kib: number, milliseconds: number): void
  /** The sum for the payer, which halves in each `halfLife`. An IPv6 network pays for its /56, too. */
  sumOf(payer: Payer): number
  /** Milliseconds of a monotonic clock until which costly requests wait, because costly work ran just now. */
  readonly restUntil: number
}

/** Milliseconds in which a sum halves. */
export const halfLife = 1_000
/** The payers that are remembered; the others count as if they had cost nothing. */
const maxPayers = 10_000
/** The weight of the newest measurement. */
const newestWeight = 1 / 16
/** A measurement counts at most as this multiple of the average, because it can contain a pause of the process. */
const maxGrowth = 8
/** The average is at least this part of the number in the table. */
const minShare = 1 / 10
/** Milliseconds. Measured work that takes longer delays costly requests for as long. */
const longWork = 1
const longestRest = 50

interface Sum {
  value: number
  at: number
}

/** @param now milliseconds of a monotonic clock */
export function createCostAccount(now: () => number = () => performance.now()): CostAccount {
  const sums = new LRUCache<string, Sum>({ max: maxPayers })
  const perKib: Record<Work, number> = { ...workCosts }
  let restUntil = 0

  function decayed({ value, at }: Sum, time: number): number {
    return value * 2 ** ((at - time) / halfLife)
  }

  function add(key: string, cost: number): void {
    const at = now()
    const sum = sums.get(key)
    if (sum === undefined) {
      sums.set(key, { value: cost, at })
      return
    }
    sum.value = decayed(sum, at) + cost
    sum.at = at
  }

  function charge({ key, site }: Payer, cost: number): void {
    add(key, cost)
    if (site !== null) add(site, cost)
  }

  function sum(key: string): number {
    const found = sums.peek(key)
    return found === undefined ? 0 : decayed(found, now())
  }

  /** The average, and not the measurement, because a measurement contains pauses that the payer did not cause. */
  function chargeMeasured(payer: Payer, work: Work, kib: number, milliseconds: number): void {
    const measured = Math.min(milliseconds / kib, maxGrowth * perKib[work])
    const average = perKib[work] + (measured - perKib[work]) * newestWeight
    perKib[work] = Math.max(average, minShare * workCosts[work])
    charge(payer, perKib[work] * kib)
    if (milliseconds > longWork) restUntil = Math.max(restUntil, now() + Math.min(milliseconds, longestRest))
  }

  return {
    charge,
    chargeAverage: (payer, work, kib) => charge(payer, perKib[work] * kib),
    chargeMeasured,
    measure(payer, work, kib, run) {
      const began = now()
      try {
        return run()
      } finally {
        chargeMeasured(payer, work, kib, now() - began)
      }
    },
    sumOf: ({ key, site }) => (site === null ? sum(key) : Math.max(sum(key), sum(site))),
    get restUntil() {
      return restUntil
    },
  }
}
