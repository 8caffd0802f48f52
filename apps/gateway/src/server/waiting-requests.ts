import TinyQueue from 'tinyqueue'
import { type ActivityOrder, createActivityOrder } from '../http/activity-order.ts'
import { type CostAccount, halfLife } from '../resource-account/cost-account.ts'
import type { Payer } from '../resource-account/payer.ts'

/** Requests that wait for their start, by payer. */
export interface WaitingRequests {
  readonly size: number
  has(payer: Payer): boolean
  /** @returns a function that removes the request */
  add(payer: Payer, start: () => void): () => void
  /** Each payer whose requests wait. The iteration can take requests. */
  payers(): Iterable<Payer>
  /** The payer with the smallest sum of costs; null: none waits. */
  least(): Payer | null
  /** Removes and returns the oldest request of the payer. */
  take(payer: Payer): () => void
}

interface WaitingRequest {
  readonly start: () => void
}

interface WaitingPayer {
  readonly payer: Payer
  /** Oldest first. Thousands can leave at once, when their connections close. */
  readonly requests: ActivityOrder<WaitingRequest>
  /** The sum of costs when the payer took its place in the queue, and that time. */
  sum: number
  at: number
}

/** @param now milliseconds of the clock of `costs` */
export function createWaitingRequests(costs: Pick<CostAccount, 'sumOf'>, now: () => number): WaitingRequests {
  const waitingPayers = new Map<string, WaitingPayer>()
  const queue = new TinyQueue<WaitingPayer>([], compareSums)
  let size = 0

  function place(waiting: WaitingPayer): void {
    waiting.sum = costs.sumOf(waiting.payer)
    waiting.at = now()
    queue.push(waiting)
  }

  /** After one of its requests left. */
  function leave({ payer: { key }, requests }: WaitingPayer, request: WaitingRequest): void {
    requests.delete(request)
    size -= 1
    if (requests.size === 0) waitingPayers.delete(key)
  }

  /** Whether the payer paid for other work since it took its place. */
  function hasPaid({ payer, sum, at }: WaitingPayer): boolean {
    return costs.sumOf(payer) > sum * decay(now() - at) + rounding
  }

  function least(): WaitingPayer | undefined {
    for (;;) {
      const first = queue.peek()
      if (first === undefined || (first.requests.size > 0 && !hasPaid(first))) return first
      queue.pop()
      if (first.requests.size > 0) place(first)
    }
  }

  return {
    get size() {
      return size
    },
    has: ({ key }) => waitingPayers.has(key),
    *payers() {
      for (const { payer } of waitingPayers.values()) yield payer
    },
    add(payer, start) {
      size += 1
      const known = waitingPayers.get(payer.key)
      const waiting: WaitingPayer = known ?? { payer, requests: createActivityOrder(), sum: 0, at: 0 }
      const request = { start }
      waiting.requests.add(request)
      if (known === undefined) {
        waitingPayers.set(payer.key, waiting)
        place(waiting)
      }
      return function remove() {
        if (waiting.requests.has(request)) leave(waiting, request)
      }
    },
    least: () => least()?.payer ?? null,
    take({ key }) {
      const waiting = waitingPayers.get(key)
      const request = waiting?.requests.longestIdle()
      if (waiting === undefined || request === undefined) throw new Error('no request of the payer waits')
      leave(waiting, request)
      return request.start
    },
  }
}

/** All sums decay alike, so their order changes only when a payer is charged. */
function compareSums(one: WaitingPayer, other: WaitingPayer): number {
  return one.sum - other.sum * decay(one.at - other.at)
}

function decay(milliseconds: number): number {
  return 2 ** (-milliseconds / halfLife)
}

const rounding = 1e-6
