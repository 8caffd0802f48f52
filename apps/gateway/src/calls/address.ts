/** The internal address of calls of the rack API, whose real path no router may decode. */
export const rackApiAddress = '/rack-api'
/** The internal address of rack calls through the management API. */
export const forwardedRackCallAddress = '/rack-data'

export function isRackCall({ url }: { readonly url: string }): boolean {
  return url === rackApiAddress || url === forwardedRackCallAddress
}
