/** An operation that is refused to everyone, whatever their roles. */
export interface BlockedOperation {
  /** The id of the route. */
  readonly route: string
  /** A whole sentence for the caller: why, and what to do instead. */
  readonly reason: string
}

const infrastructure = 'That belongs to the infrastructure team, which does it with its Terraform access: ask them.'
const rackChange = `Racks are not changed through the gateway. ${infrastructure}`
const credential = `The rack's own credentials would go past the gateway, its decisions and its records. ${infrastructure}`
const rackResource = `Resources of the rack itself are not changed through the gateway. ${infrastructure}`
const bypass = 'The gateway cannot judge what is inside of such calls, so it passes none.'

/** What is blocked without a policy document. */
export const builtInBlocked: readonly BlockedOperation[] = [
  { route: 'PUT /system', reason: rackChange },
  { route: 'POST /system/karpenter/cleanup', reason: rackChange },
  { route: 'PUT /letsencrypt/config', reason: rackChange },
  {
    route: 'POST /instances/keyroll',
    reason: `Keys of instances are not replaced through the gateway, since the answer holds the private key. ${infrastructure}`,
  },
  { route: 'PUT /system/jwt/rotate', reason: credential },
  { route: 'POST /system/jwt/token', reason: credential },
  { route: 'ANY /v2/{path:.*}', reason: `${bypass} Push images by "convox build" or "convox builds import-image".` },
  {
    route: 'ANY /custom/http/proxy/{path:.*}',
    reason: `${bypass} Ask the infrastructure team for what you need inside of the cluster.`,
  },
  {
    route: 'ANY /kubernetes/{path:.*}',
    reason: `${bypass} The infrastructure team has its own access to the cluster.`,
  },
  { route: 'POST /resources', reason: rackResource },
  { route: 'PUT /resources/{name}', reason: rackResource },
  { route: 'DELETE /resources/{name}', reason: rackResource },
  { route: 'POST /resources/{name}/links', reason: rackResource },
  { route: 'DELETE /resources/{name}/links/{app}', reason: rackResource },
  {
    route: 'POST /events',
    reason: "Events of the rack are the rack's own word, so nobody sends them through the gateway.",
  },
]
