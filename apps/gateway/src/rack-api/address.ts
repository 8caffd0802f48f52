/** The internal address of all rack calls. The real path is read from the received bytes, so that no router decodes it. */
export const rackApiAddress = '/rack-api'
/** The internal address of rack calls through the management API. */
export const rackDataAddress = '/rack-data'

/** Calls of racks bound the time of their bodies themselves, because it can be hours. */
export function isRackCall({ url }: { readonly url: string }): boolean {
  return url === rackApiAddress || url === rackDataAddress
}
