/** How long the gateway waits for racks in one request, in milliseconds. */
export const rackWait = 500

interface QueryState {
  readonly status: string
  readonly data: { readonly waitingFor: readonly string[] } | undefined
}

/**
 * Each request waits for racks, and the gateway gives up on a rack after 5 s, so the request is repeated only a few times.
 *
 * @returns milliseconds until the request is repeated, or false if all racks have answered
 */
export function repeatWhileWaiting({ status, data }: QueryState): number | false {
  return status === 'success' && data !== undefined && data.waitingFor.length > 0 ? 1 : false
}
