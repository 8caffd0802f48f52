import { percentile } from '../report/statistics.ts'

export interface Waits {
  readonly perSecond: number
  /** Milliseconds, the shortest first. */
  readonly sorted: Float64Array
  /** Milliseconds. */
  readonly p50: number
  /** Milliseconds. */
  readonly p99: number
  /** Milliseconds. */
  readonly max: number
}

/** A closed loop: each caller starts its next work when the previous one has ended. */
export async function closedLoop(
  work: (index: number) => Promise<unknown>,
  callers: number,
  milliseconds: number,
): Promise<Waits> {
  const started = performance.now()
  const until = started + milliseconds
  const waits: number[] = []
  let next = 0
  async function callRepeatedly() {
    for (let from = performance.now(); from < until; from = performance.now()) {
      await work(next++)
      waits.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: callers }, callRepeatedly))
  return waitsOf(waits, performance.now() - started)
}

/**
 * An open loop: work starts at a constant rate. Each wait is measured from the scheduled start.
 * Checks for due work every millisecond, because continuous polling would take processor time from the measured work.
 */
export async function openLoop(
  work: (index: number) => Promise<unknown>,
  perSecond: number,
  milliseconds: number,
): Promise<Waits> {
  const started = performance.now()
  const waits = new Float64Array(Math.floor((perSecond * milliseconds) / 1_000))
  // Only a count is kept: garbage collection of kept promises would pause the subject.
  let pendingCount = waits.length
  await new Promise<void>((resolve, reject) => {
    async function begin(index: number) {
      const due = started + (index * 1_000) / perSecond
      await work(index)
      waits[index] = performance.now() - due
      pendingCount--
      if (pendingCount === 0) resolve()
    }
    function beginDue(next: number) {
      const due = Math.min(waits.length, Math.floor(((performance.now() - started) * perSecond) / 1_000))
      for (let index = next; index < due; index++) begin(index).catch(reject)
      if (due < waits.length) setTimeout(beginDue, 1, due)
    }
    beginDue(0)
  })
  return waitsOf(waits, performance.now() - started)
}

/** @param elapsed milliseconds */
export function waitsOf(waits: ArrayLike<number>, elapsed: number): Waits {
  const sorted = Float64Array.from(waits).sort()
  return {
    sorted,
    perSecond: (waits.length * 1_000) / elapsed,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
  }
}
