import { CallerGone, type CallSignal } from '@rack-gateway/rack-registry'
import { ruled, TooManyCalls } from '../errors.ts'

/** Gives a place back. Safe to call more than once. */
export type Release = () => void

export interface CallLimitOptions {
  readonly rack: string
  /** What is counted, in the plural. */
  readonly what: string
  readonly perPrincipal: number
  readonly total: number
  /** How many of one principal may wait for a place. */
  readonly waiting: number
}

/** Bounds what is in flight, for each principal and for all together. */
export interface CallLimit {
  /** @returns null when there is no place now */
  take(principal: string): Release | null
  /**
   * Waits for a place. Principals take turns, so that one with many waiting calls does not hold up another.
   *
   * @throws TooManyCalls when too many of the principal wait already, or after 30 s
   */
  wait(principal: string, signal: CallSignal): Promise<Release>
}

interface Waiting {
  readonly start: () => void
}

const longestWait = 30_000
/** Seconds. */
const retryAfter = 5

export function createCallLimit({
  rack,
  what,
  perPrincipal,
  total,
  waiting: mostWaiting,
}: CallLimitOptions): CallLimit {
  const inFlight = new Map<string, number>()
  /** A principal whose call got a place moves to the end. */
  const queues = new Map<string, Set<Waiting>>()
  let sum = 0

  function hasPlace(principal: string): boolean {
    return sum < total && (inFlight.get(principal) ?? 0) < perPrincipal
  }

  function occupy(principal: string): Release {
    sum += 1
    inFlight.set(principal, (inFlight.get(principal) ?? 0) + 1)
    let released = false
    return function release() {
      if (released) return
      released = true
      sum -= 1
      const left = (inFlight.get(principal) ?? 1) - 1
      if (left === 0) inFlight.delete(principal)
      else inFlight.set(principal, left)
      startNext()
    }
  }

  function startNext(): void {
    for (const [principal, queue] of queues) {
      if (!hasPlace(principal)) continue
      const [first] = queue
      if (first === undefined) continue
      leave(principal, first)
      const rest = queues.get(principal)
      if (rest !== undefined) {
        queues.delete(principal)
        queues.set(principal, rest)
      }
      first.start()
      return
    }
  }

  function leave(principal: string, one: Waiting): void {
    const queue = queues.get(principal)
    queue?.delete(one)
    if (queue?.size === 0) queues.delete(principal)
  }

  function tooMany(principal: string): Error {
    const own = inFlight.get(principal) ?? 0
    const reason =
      own >= perPrincipal
        ? `you already have ${own} ${what} in progress on the rack ${rack}, which is the most that the gateway allows:`
        : `${total} ${what} are in progress on the rack ${rack}, which is the most that the gateway allows for all callers together:`
    const next = `try again in ${retryAfter} s, or when some of them have ended`
    return Object.assign(ruled(new TooManyCalls(reason, next), 'call-limit'), { retryAfter })
  }

  return {
    take(principal) {
      return hasPlace(principal) && !queues.has(principal) ? occupy(principal) : null
    },
    wait(principal, signal) {
      if (signal.aborted) return Promise.reject(new CallerGone(rack))
      const queue = queues.get(principal) ?? new Set<Waiting>()
      if (queue.size >= mostWaiting) return Promise.reject(tooMany(principal))
      return new Promise((resolve, reject) => {
        function settle(): void {
          clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
          leave(principal, one)
        }
        const one: Waiting = {
          start() {
            settle()
            resolve(occupy(principal))
          },
        }
        function giveUp(why: Error): void {
          settle()
          reject(why)
        }
        const onAbort = { handleEvent: () => giveUp(new CallerGone(rack)) }
        const timer = setTimeout(() => giveUp(tooMany(principal)), longestWait)
        signal.addEventListener('abort', onAbort)
        queues.set(principal, queue.add(one))
      })
    },
  }
}
