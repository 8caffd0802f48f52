/** Milliseconds that the gateway waits for racks in the first request. */
const firstWait = 500

interface WithRacks {
  readonly waitingFor: readonly string[]
}

/**
 * The first request does not wait for slow racks, so that the page shows the fast racks at once. If racks are missing
 * in the first response, the second request waits for all racks.
 */
export function rackWait(previous: WithRacks | undefined): { readonly wait?: number } {
  return isIncomplete(previous) ? {} : { wait: firstWait }
}

/**
 * Milliseconds until the second request; false if no second request is needed. The second response names no missing
 * rack, so a third request never follows.
 */
export function nextRackRequest({ status, data }: { status: string; data: WithRacks | undefined }): number | false {
  return status === 'success' && isIncomplete(data) ? 1 : false
}

function isIncomplete(data: WithRacks | undefined): boolean {
  return data !== undefined && data.waitingFor.length > 0
}
