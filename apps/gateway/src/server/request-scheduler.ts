import type { CostAccount } from '../resource-account/cost-account.ts'
import { requestCost } from '../resource-account/costs.ts'
import type { Payer } from '../resource-account/payer.ts'
import { createWaitingRequests, type WaitingRequests } from './waiting-requests.ts'

/**
 * Starts requests so that costly requests and bursts of one caller do not delay other callers.
 *
 * In each turn of the event loop, one request of each principal starts, unless the principal's requests were costly
 * lately. Requests of such principals that waited start in rounds, one of each principal in a round, until the turn is
 * over. All other requests wait. In a quiet turn, one of them starts: the request of the principal with the smallest sum
 * of costs, or, if no principal waits, of the client network with the smallest sum.
 * The next one starts when as much time has passed as the last one took. If no other caller was active in the last
 * second, the requests of a caller do not wait for each other.
 */
export interface RequestScheduler {
  /**
   * Calls `start` now or in a later turn of the event loop.
   *
   * @returns null if the request started; otherwise a function that removes it from the queue
   */
  schedule(payer: Payer, start: () => void): (() => void) | null
}

/** Milliseconds for which a turn of the event loop starts requests. */
const longestTurn = 2
/** Milliseconds. If no request was started for so long, the scheduler assumes a new turn of the event loop. */
const newTurnAfter = 1
/** Milliseconds for which a caller counts as active after a request. */
const activeFor = 1_000
/** Milliseconds. If a turn takes longer, costly requests wait for a quieter turn. */
const busyTurn = 1
/** Milliseconds after which a costly request starts even if the event loop is busy. */
const longestWait = 5
/** Milliseconds after which a request without a known credential starts even if principals wait. */
const longestWaitOfNetworks = 100
/** Milliseconds of a sum of costs, above which a principal's requests are costly. */
const costlySum = 150

export interface RequestSchedulerOptions {
  readonly costs: Pick<CostAccount, 'charge' | 'sumOf' | 'restUntil'>
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
}

export function createRequestScheduler({
  costs,
  now = () => performance.now(),
}: RequestSchedulerOptions): RequestScheduler {
  const principals = createWaitingRequests(costs, now)
  const networks = createWaitingRequests(costs, now)
  const startedInTurn = new Set<string>()
  let turnBegan = 0
  let lastStart = Number.NEGATIVE_INFINITY
  /** A turn is scheduled only while requests wait, because each scheduled turn costs an iteration of the event loop. */
  let isTurnScheduled = false
  let scheduledAt = 0
  let timer: NodeJS.Timeout | undefined
  let lastCostlyStart = Number.NEGATIVE_INFINITY
  let nextCostlyStart = Number.NEGATIVE_INFINITY
  let networksWaitSince = 0
  let lastCaller = ''
  let lastChangeOfCaller = Number.NEGATIVE_INFINITY

  function isOneCallerActive(at: number): boolean {
    return at - lastChangeOfCaller >= activeFor
  }

  function isTurnOver(at: number): boolean {
    return at - turnBegan >= longestTurn
  }

  function isLight(payer: Payer): boolean {
    return payer.isPrincipal && !startedInTurn.has(payer.key) && costs.sumOf(payer) < costlySum
  }

  function beginTurn(at: number): void {
    turnBegan = at
    startedInTurn.clear()
  }

  function scheduleTurn(at: number): void {
    if (isTurnScheduled) return
    clearTimeout(timer)
    isTurnScheduled = true
    scheduledAt = at
    setImmediate(startWaiting)
  }

  function startWaiting(): void {
    const at = now()
    const isQuiet = at - scheduledAt <= busyTurn || at - lastCostlyStart >= longestWait
    isTurnScheduled = false
    beginTurn(at)
    if (isOneCallerActive(at)) startAny()
    else {
      startLight()
      if (isQuiet && at >= Math.max(nextCostlyStart, costs.restUntil) && !isTurnOver(now())) startCostly(at)
    }
    scheduleNextTurn()
  }

  /** While only costly requests wait, and must wait longer, the event loop can sleep. */
  function scheduleNextTurn(): void {
    if (principals.size + networks.size === 0 || isTurnScheduled) return
    const at = now()
    const rest = Math.max(nextCostlyStart, costs.restUntil) - at
    clearTimeout(timer)
    if (rest < 1 || hasLight() || isOneCallerActive(at)) scheduleTurn(at)
    else timer = setTimeout(() => scheduleTurn(now()), rest)
  }

  function hasLight(): boolean {
    for (const payer of principals.payers()) if (costs.sumOf(payer) < costlySum) return true
    return false
  }

  function startAny(): void {
    for (const waiting of [principals, networks]) {
      for (let payer = waiting.least(); payer !== null; payer = waiting.least()) {
        startNow(payer, waiting.take(payer))
        if (isTurnOver(lastStart)) return
      }
    }
  }

  /** In rounds, until the turn is over. */
  function startLight(): void {
    let started = 0
    do {
      started = 0
      startedInTurn.clear()
      for (const payer of principals.payers()) {
        if (!isLight(payer)) continue
        startNow(payer, principals.take(payer))
        started += 1
        if (isTurnOver(lastStart)) return
      }
    } while (started > 0)
  }

  function startCostly(at: number): void {
    const waiting = nextCostly(at)
    const payer = waiting?.least()
    if (!waiting || !payer) return
    if (waiting === networks) networksWaitSince = at
    lastCostlyStart = turnBegan
    const began = now()
    startNow(payer, waiting.take(payer))
    nextCostlyStart = lastStart + (lastStart - began)
  }

  function nextCostly(at: number): WaitingRequests | null {
    if (networks.size > 0 && (principals.size === 0 || at - networksWaitSince >= longestWaitOfNetworks)) return networks
    return principals.size > 0 ? principals : null
  }

  function startNow(payer: Payer, start: () => void): void {
    startedInTurn.add(payer.key)
    costs.charge(payer, requestCost)
    // Set before and after, because `start` can take long, and can schedule another request.
    lastStart = now()
    start()
    lastStart = now()
  }

  function mayStartNow(payer: Payer, at: number): boolean {
    if (isTurnOver(at)) return false
    if (isOneCallerActive(at)) return principals.size + networks.size === 0
    return !principals.has(payer) && isLight(payer)
  }

  return {
    schedule(payer, start) {
      const at = now()
      if (payer.key !== lastCaller) {
        lastCaller = payer.key
        lastChangeOfCaller = at
      }
      if (!isTurnScheduled && at - lastStart >= newTurnAfter) beginTurn(at)
      if (mayStartNow(payer, at)) {
        startNow(payer, start)
        return null
      }
      if (!payer.isPrincipal && networks.size === 0) networksWaitSince = at
      const remove = (payer.isPrincipal ? principals : networks).add(payer, start)
      scheduleTurn(at)
      return remove
    },
  }
}
