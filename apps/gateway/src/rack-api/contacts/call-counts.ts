import type { RackRoute } from '@rack-gateway/convox-api'
import { kindOfCall } from '../limits/kind-of-call.ts'

/** `other`: calls that match no route of the rack API, and calls that the gateway itself answers in console mode. */
const routeKinds = ['read', 'change', 'transfer', 'websocket', 'other'] as const

/** Upper bounds of the histogram of durations, in seconds. */
export const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] as const

const exactStatuses = [
  101, 200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 413, 421, 422, 429, 431, 499, 500, 501, 502,
  503, 504,
] as const
const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** Statuses that a rack can send, but that are in none of the lists, are counted by their class. */
const statusLabels: readonly string[] = [...exactStatuses.map(String), ...statusClasses]

/** The index in `statusLabels` by status. */
const statusIndexes = Uint8Array.from({ length: 600 }, (_, status) => {
  const exact = statusLabels.indexOf(String(status))
  return exact === -1 ? exactStatuses.length + Math.max(1, Math.floor(status / 100)) - 1 : exact
})
const lastStatus = statusIndexes.length - 1

/** The counts of one rack. Numbers in arrays, so that counting a call allocates nothing. */
class RackCounts {
  readonly calls = new Float64Array(routeKinds.length * statusLabels.length)
  /** For each kind: the calls up to each bound that are above the previous bound, and at last the calls above all. */
  readonly durations = new Float64Array(routeKinds.length * (durationBounds.length + 1))
  /** Seconds by kind. */
  readonly sums = new Float64Array(routeKinds.length)
}

export interface CallCount {
  readonly rack: string
  readonly kind: string
  readonly status: string
  readonly count: number
}

export interface CallDurations {
  readonly rack: string
  readonly kind: string
  /** The number of calls up to each of `durationBounds`. */
  readonly upTo: readonly number[]
  readonly count: number
  /** Seconds. */
  readonly sum: number
}

export interface CallCounts {
  /** @param route null if the call matches no route */
  count(rack: string, route: RackRoute | null, status: number, seconds: number): void
  /** Without counts that are zero. */
  calls(): CallCount[]
  durations(): CallDurations[]
}

/** @param racks the names of the configuration, so that no caller can add a label */
export function createCallCounts(racks: readonly string[]): CallCounts {
  const counts = new Map(racks.map((rack) => [rack, new RackCounts()]))

  return {
    count(rack, route, status, seconds) {
      const rackCounts = counts.get(rack)
      if (rackCounts === undefined) return
      const kind = routeKinds.indexOf(kindOf(route))
      const statusIndex = statusIndexes[Math.min(status, lastStatus)] ?? 0
      increment(rackCounts.calls, kind * statusLabels.length + statusIndex)
      increment(rackCounts.durations, kind * (durationBounds.length + 1) + boundIndex(seconds))
      increment(rackCounts.sums, kind, seconds)
    },
    calls() {
      return [...counts].flatMap(([rack, { calls }]) =>
        routeKinds.flatMap((kind, kindIndex) =>
          statusLabels.flatMap((status, index) => {
            const count = calls[kindIndex * statusLabels.length + index] ?? 0
            return count === 0 ? [] : [{ rack, kind, status, count }]
          }),
        ),
      )
    },
    durations() {
      return [...counts].flatMap(([rack, rackCounts]) =>
        routeKinds.flatMap((kind, index) => {
          const durations = durationsOf(rackCounts, index)
          return durations.count === 0 ? [] : [{ rack, kind, ...durations }]
        }),
      )
    },
  }
}

function durationsOf({ durations, sums }: RackCounts, kind: number): Pick<CallDurations, 'upTo' | 'count' | 'sum'> {
  const first = kind * (durationBounds.length + 1)
  let count = 0
  const cumulated = [...durations.subarray(first, first + durationBounds.length + 1)].map((calls) => {
    count += calls
    return count
  })
  return { upTo: cumulated.slice(0, -1), count, sum: sums[kind] ?? 0 }
}

function increment(numbers: Float64Array, index: number, by = 1): void {
  numbers[index] = (numbers[index] ?? 0) + by
}

function boundIndex(seconds: number): number {
  let index = 0
  while (index < durationBounds.length && seconds > (durationBounds[index] ?? 0)) index += 1
  return index
}

function kindOf(route: RackRoute | null): (typeof routeKinds)[number] {
  if (route === null) return 'other'
  const kind = kindOfCall(route)
  if (kind !== 'calls') return kind === 'websockets' ? 'websocket' : 'transfer'
  return route.changes ? 'change' : 'read'
}
