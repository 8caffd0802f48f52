import { createStore } from '../../store/create-store.ts'

const unreachableSince = createStore<string | null>(null)

/** Call this after each request: the time is that of the first request that got no response from the gateway. */
export function noteReachability(isReachable: boolean): void {
  if (isReachable !== (unreachableSince.get() === null))
    unreachableSince.set(isReachable ? null : new Date().toISOString())
}

/** RFC 3339; null while the gateway is reachable. */
export const useUnreachableSince = unreachableSince.use

/** Whether a response comes from the gateway, or through it from a rack, and not from a proxy that does not reach it. */
export function isOfGateway({ status, headers }: Response): boolean {
  if (headers.has('answered-by')) return true
  return ![502, 503, 504].includes(status) || headers.get('content-type')?.startsWith('application/json') === true
}
