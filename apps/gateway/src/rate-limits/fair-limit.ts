import { CallerGone, type CallSignal } from '@rack-gateway/rack-registry'

/** Releases the amount, or all of it except `kept`. Safe to call more than once. */
export type Release = (kept?: number) => void

export interface FairLimitOptions {
  readonly perPrincipal: number
  readonly total: number
  /** How many requests of one principal may wait. */
  readonly waiting: number
  /** Creates the error for a caller above a limit. @param reached which limit the caller reached */
  readonly refusal: (reached: 'principal' | 'total') => Error
}

/** A limit for each principal and for all of them together. It counts calls (1 each) or bytes. */
export interface FairLimit {
  /** @returns null when the limit is reached, or when a waiting call comes first */
  take(principal: string, amount?: number): Release | null
  /**
   * Principals take turns, so that many waiting calls of one principal do not delay another principal.
   * Must be called only after `take` returned null, because a waiting call starts only when another call releases its
   * amount or stops waiting.
   *
   * @throws the error of the limit when too many calls of the principal wait already, or after 30 s; CallerGone
   */
  wait(caller: WaitingCaller, amount?: number): Promise<Release>
}

export interface WaitingCaller {
  readonly principal: string
  readonly rack: string
  /** Aborted when the caller disconnects. */
  readonly signal: CallSignal
}

interface WaitingCall {
  readonly amount: number
  readonly start: () => void
}

/** Milliseconds. */
const longestWait = 30_000

export function createFairLimit(options: FairLimitOptions): FairLimit {
  const { perPrincipal, total, waiting: maxWaiting, refusal } = options
  const inUse = new Map<string, number>()
  /** By principal, in the order of their turns. When a waiting call starts, its principal moves to the end. */
  const queues = new Map<string, Set<WaitingCall>>()
  let totalInUse = 0

  const fitsPrincipal = (principal: string, amount: number) => (inUse.get(principal) ?? 0) + amount <= perPrincipal
  const fitsTotal = (amount: number) => totalInUse + amount <= total

  function add(principal: string, amount: number): void {
    totalInUse += amount
    const sum = (inUse.get(principal) ?? 0) + amount
    if (sum === 0) inUse.delete(principal)
    else inUse.set(principal, sum)
  }

  function occupy(principal: string, amount: number): Release {
    let occupied = amount
    add(principal, amount)
    return function release(kept = 0) {
      if (kept >= occupied) return
      add(principal, kept - occupied)
      occupied = kept
      startWaiting()
    }
  }

  function next(): [principal: string, first: WaitingCall] | null {
    for (const [principal, queue] of queues) {
      const [first] = queue
      if (first !== undefined && fitsPrincipal(principal, first.amount)) return [principal, first]
    }
    return null
  }

  function startWaiting(): void {
    for (let found = next(); found !== null; found = next()) {
      const [principal, first] = found
      // Later calls must not overtake a call with a large amount, which could then wait forever.
      if (!fitsTotal(first.amount)) return
      leaveQueue(principal, first)
      const rest = queues.get(principal)
      if (rest !== undefined) {
        queues.delete(principal)
        queues.set(principal, rest)
      }
      first.start()
    }
  }

  function leaveQueue(principal: string, call: WaitingCall): void {
    const queue = queues.get(principal)
    queue?.delete(call)
    if (queue?.size === 0) queues.delete(principal)
  }

  return {
    take(principal, amount = 1) {
      const isFree = fitsPrincipal(principal, amount) && fitsTotal(amount) && !queues.has(principal) && next() === null
      return isFree ? occupy(principal, amount) : null
    },
    wait({ principal, rack, signal }, amount = 1) {
      if (signal.aborted) return Promise.reject(new CallerGone(rack))
      const limitError = () => refusal(fitsPrincipal(principal, amount) ? 'total' : 'principal')
      const queue = queues.get(principal) ?? new Set<WaitingCall>()
      if (queue.size >= maxWaiting) return Promise.reject(limitError())
      return new Promise((resolve, reject) => {
        function settle(): void {
          clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
          leaveQueue(principal, call)
        }
        const call: WaitingCall = {
          amount,
          start() {
            settle()
            resolve(occupy(principal, amount))
          },
        }
        function stopWaiting(why: Error): void {
          settle()
          reject(why)
          startWaiting()
        }
        const onAbort = { handleEvent: () => stopWaiting(new CallerGone(rack)) }
        const timer = setTimeout(() => stopWaiting(limitError()), longestWait)
        signal.addEventListener('abort', onAbort)
        queues.set(principal, queue.add(call))
      })
    },
  }
}
