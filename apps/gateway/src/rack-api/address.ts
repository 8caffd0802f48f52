/** The internal address of calls of the rack API. The real path is read from the received bytes, so that no router decodes it. */
export const rackApiAddress = '/rack-api'
/** The internal address of rack calls through the management API. */
export const rackDataAddress = '/rack-data'

/** Whether a request is a rack call. Rack calls limit the time of their bodies themselves, because a body can take hours. */
export function isRackCall({ url }: { readonly url: string }): boolean {
  return url === rackApiAddress || url === rackDataAddress
}
