/** Milliseconds that a request waits for racks. */
export const rackWait = 500

interface QueryState {
  readonly status: string
  readonly data: { readonly waitingFor: readonly string[] } | undefined
}

/**
 * Each request waits for racks, and the gateway gives up after 5 s, so there are few requests.
 *
 * @returns milliseconds until the request is repeated, or false if all racks have answered
 */
export function repeatWhileWaiting({ status, data }: QueryState): number | false {
  return status === 'success' && data !== undefined && data.waitingFor.length > 0 ? 1 : false
}
