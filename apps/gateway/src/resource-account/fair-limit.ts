import type { ResourceLimits } from '@rack-gateway/config'
import { CallerGone, type CallSignal } from '@rack-gateway/rack-registry'
import { RequestAborted } from '../errors/errors.ts'
import type { Payer } from './payer.ts'

/** Releases the amount, or all of it except `kept`. Safe to call more than once. */
export type Release = (kept?: number) => void

/** Which limit a caller reached: its own, or that of all callers together. */
export type ReachedLimit = 'own' | 'total'

export interface FairLimitOptions {
  readonly limits: ResourceLimits
  /** Milliseconds. */
  readonly longestWait?: number
  /** Creates the error for a caller above a limit. */
  readonly refusal: (reached: ReachedLimit) => Error
}

/**
 * A limit for each payer and for all of them together. It counts calls (1 each) or bytes.
 * Callers without a credential have limits of their own, and principals come before them.
 */
export interface FairLimit {
  /** @returns null when a limit is reached, or when a waiting call comes first */
  take(payer: Payer, amount?: number): Release | null
  /**
   * Payers take turns, so that many waiting calls of one payer do not delay another payer.
   * Must be called only after `take` returned null, because a waiting call starts only when another call releases its
   * amount or stops waiting.
   *
   * @throws the error of the limit when too many calls of the payer wait already, or after the longest wait; CallerGone
   */
  wait(caller: WaitingCaller, amount?: number): Promise<Release>
  /** The error for a payer that does not wait. Must be called only after `take` returned null. */
  refusalFor(payer: Payer, amount?: number): Error
  /** Whether a call waits for another one to release its amount. */
  hasWaiting(): boolean
}

export interface WaitingCaller {
  readonly payer: Payer
  /** Aborted when the caller disconnects. */
  readonly signal: CallSignal
  /** The rack that the call is for; null: none. */
  readonly rack: string | null
}

interface WaitingCall {
  readonly payer: Payer
  readonly amount: number
  readonly start: () => void
}

const defaultLongestWait = 30_000
/** The key of all callers without a credential together. */
const allNetworks = 'networks'

export function createFairLimit({ limits, longestWait = defaultLongestWait, refusal }: FairLimitOptions): FairLimit {
  const inUse = new Map<string, number>()
  /** By payer, in the order of their turns. When a waiting call starts, its payer moves to the end. */
  const queues = { principals: new Map<string, Set<WaitingCall>>(), networks: new Map<string, Set<WaitingCall>>() }
  let totalInUse = 0

  const fits = (key: string, amount: number, limit: number) => (inUse.get(key) ?? 0) + amount <= limit
  const fitsTotal = (amount: number) => totalInUse + amount <= limits.process
  const queuesOf = ({ isPrincipal }: Payer) => (isPrincipal ? queues.principals : queues.networks)

  function fitsPayer({ key, isPrincipal, site }: Payer, amount: number): boolean {
    if (isPrincipal) return fits(key, amount, limits.principal)
    return (
      fits(key, amount, limits.network) &&
      (site === null || fits(site, amount, limits.site)) &&
      fits(allNetworks, amount, limits.networks)
    )
  }

  function add(key: string, amount: number): void {
    const sum = (inUse.get(key) ?? 0) + amount
    if (sum === 0) inUse.delete(key)
    else inUse.set(key, sum)
  }

  function addFor({ key, isPrincipal, site }: Payer, amount: number): void {
    totalInUse += amount
    add(key, amount)
    if (isPrincipal) return
    if (site !== null) add(site, amount)
    add(allNetworks, amount)
  }

  function occupy(payer: Payer, amount: number): Release {
    let occupied = amount
    addFor(payer, amount)
    return function release(kept = 0) {
      if (kept >= occupied) return
      addFor(payer, kept - occupied)
      occupied = kept
      startWaiting()
    }
  }

  function next(): WaitingCall | null {
    for (const waiting of [queues.principals, queues.networks])
      for (const [first] of waiting.values())
        if (first !== undefined && fitsPayer(first.payer, first.amount)) return first
    return null
  }

  function startWaiting(): void {
    for (let first = next(); first !== null; first = next()) {
      // Later calls must not overtake a call with a large amount, which could then wait forever.
      if (!fitsTotal(first.amount)) return
      const { key } = first.payer
      const payerQueues = queuesOf(first.payer)
      leaveQueue(first)
      const rest = payerQueues.get(key)
      if (rest !== undefined) {
        payerQueues.delete(key)
        payerQueues.set(key, rest)
      }
      first.start()
    }
  }

  function leaveQueue(call: WaitingCall): void {
    const { key } = call.payer
    const payerQueues = queuesOf(call.payer)
    const queue = payerQueues.get(key)
    queue?.delete(call)
    if (queue?.size === 0) payerQueues.delete(key)
  }

  function take(payer: Payer, amount = 1): Release | null {
    const isFree = fitsPayer(payer, amount) && fitsTotal(amount) && !queuesOf(payer).has(payer.key) && next() === null
    return isFree ? occupy(payer, amount) : null
  }

  const refusalFor = (payer: Payer, amount = 1) => refusal(fitsPayer(payer, amount) ? 'total' : 'own')

  function wait({ payer, signal, rack }: WaitingCaller, amount = 1): Promise<Release> {
    if (signal.aborted) return Promise.reject(callerGone(rack))
    const limitError = () => refusalFor(payer, amount)
    const payerQueues = queuesOf(payer)
    const queue = payerQueues.get(payer.key) ?? new Set<WaitingCall>()
    if (queue.size >= limits.waiting) return Promise.reject(limitError())
    return new Promise((resolve, reject) => {
      function settle(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        leaveQueue(call)
      }
      const call: WaitingCall = {
        payer,
        amount,
        start() {
          settle()
          resolve(occupy(payer, amount))
        },
      }
      function stopWaiting(why: Error): void {
        settle()
        reject(why)
        startWaiting()
      }
      const onAbort = { handleEvent: () => stopWaiting(callerGone(rack)) }
      const timer = setTimeout(() => stopWaiting(limitError()), longestWait)
      signal.addEventListener('abort', onAbort)
      payerQueues.set(payer.key, queue.add(call))
    })
  }

  return { take, wait, refusalFor, hasWaiting: () => queues.principals.size + queues.networks.size > 0 }
}

function callerGone(rack: string | null): Error {
  return rack === null ? new RequestAborted() : new CallerGone(rack)
}
