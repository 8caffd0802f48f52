import { CallerGone, type CallSignal } from '@rack-gateway/rack-registry'

/** Gives back what was taken, or all of it but `kept`. Safe to call more than once. */
export type Release = (kept?: number) => void

export interface FairLimitOptions {
  readonly perPrincipal: number
  readonly total: number
  /** How many requests of one principal may wait. */
  readonly waiting: number
  /** The error for a request that gets nothing. @param full what there was not enough of */
  readonly refusal: (full: 'principal' | 'total') => Error
}

/** Bounds what is in use, for each principal and for all together: calls, each of which counts 1, or bytes. */
export interface FairLimit {
  /** @returns null when there is not enough now */
  take(principal: string, amount?: number): Release | null
  /**
   * Waits until there is enough. Principals take turns, so that one with many waiting calls does not hold up another.
   *
   * @throws the refusal when too many of the principal wait already, or after 30 s; CallerGone
   */
  wait(caller: WaitingCaller, amount?: number): Promise<Release>
}

export interface WaitingCaller {
  readonly principal: string
  readonly rack: string
  /** Fires when the caller goes away. */
  readonly signal: CallSignal
}

interface Waiting {
  readonly amount: number
  readonly start: () => void
}

const longestWait = 30_000

export function createFairLimit(options: FairLimitOptions): FairLimit {
  const { perPrincipal, total, waiting: mostWaiting, refusal } = options
  const inUse = new Map<string, number>()
  /** A principal whose request got something moves to the end. */
  const queues = new Map<string, Set<Waiting>>()
  let sum = 0

  const fitsPrincipal = (principal: string, amount: number) => (inUse.get(principal) ?? 0) + amount <= perPrincipal
  const fitsTotal = (amount: number) => sum + amount <= total

  function add(principal: string, amount: number): void {
    sum += amount
    const left = (inUse.get(principal) ?? 0) + amount
    if (left === 0) inUse.delete(principal)
    else inUse.set(principal, left)
  }

  function occupy(principal: string, amount: number): Release {
    let held = amount
    add(principal, amount)
    return function release(kept = 0) {
      if (kept >= held) return
      add(principal, kept - held)
      held = kept
      startWaiting()
    }
  }

  /** The first principal in turn that is below its own limit, and what it asks for. */
  function next(): [principal: string, first: Waiting] | null {
    for (const [principal, queue] of queues) {
      const [first] = queue
      if (first !== undefined && fitsPrincipal(principal, first.amount)) return [principal, first]
    }
    return null
  }

  function startWaiting(): void {
    for (let found = next(); found !== null; found = next()) {
      const [principal, first] = found
      // Nobody overtakes a large request that waits for enough.
      if (!fitsTotal(first.amount)) return
      leave(principal, first)
      const rest = queues.get(principal)
      if (rest !== undefined) {
        queues.delete(principal)
        queues.set(principal, rest)
      }
      first.start()
    }
  }

  function leave(principal: string, one: Waiting): void {
    const queue = queues.get(principal)
    queue?.delete(one)
    if (queue?.size === 0) queues.delete(principal)
  }

  return {
    take(principal, amount = 1) {
      const isFree = fitsPrincipal(principal, amount) && fitsTotal(amount) && !queues.has(principal) && next() === null
      return isFree ? occupy(principal, amount) : null
    },
    wait({ principal, rack, signal }, amount = 1) {
      if (signal.aborted) return Promise.reject(new CallerGone(rack))
      const full = () => refusal(fitsPrincipal(principal, amount) ? 'total' : 'principal')
      const queue = queues.get(principal) ?? new Set<Waiting>()
      if (queue.size >= mostWaiting) return Promise.reject(full())
      return new Promise((resolve, reject) => {
        function settle(): void {
          clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
          leave(principal, one)
        }
        const one: Waiting = {
          amount,
          start() {
            settle()
            resolve(occupy(principal, amount))
          },
        }
        function giveUp(why: Error): void {
          settle()
          reject(why)
          startWaiting()
        }
        const onAbort = { handleEvent: () => giveUp(new CallerGone(rack)) }
        const timer = setTimeout(() => giveUp(full()), longestWait)
        signal.addEventListener('abort', onAbort)
        queues.set(principal, queue.add(one))
      })
    },
  }
}
