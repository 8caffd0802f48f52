import { createNameMatcher } from '@rack-gateway/command-matcher'
import { type Denial, denyByGateway } from '@rack-gateway/errors'
import type { RackCall } from '../model/types.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { isLocalHost, withoutTrailingDots } from './local-host.ts'

/** Settings of a deployment besides its policy document. */
export interface PolicyOptions {
  /** `host:port` of the gateway's database and metrics, which no principal can reach through a proxy. */
  readonly closedAddresses?: readonly string[]
  /**
   * Whether a rack is in observe mode at a time, in milliseconds since the epoch. Default: never, so that tests of
   * policies and simulations always see the decisions that the policy enforces.
   */
  readonly observes?: ((rack: string, at: number) => boolean) | undefined
}

/** The ports of the API servers of the rack and its cluster. */
const apiPorts: ReadonlySet<number> = new Set([5443, 6443, 8001])
const apiHosts: ReadonlySet<string> = new Set(['api', 'kubernetes'])

/**
 * Allows proxies only to resources of apps and to hosts that the policy names. `requiredPermissions` has the permission
 * for a resource. No policy can allow addresses that would bypass the gateway.
 */
export function compileProxy(
  { proxyHosts, source }: PolicyDocument,
  options: PolicyOptions,
): (call: RackCall) => Denial | null {
  const isNamed = createNameMatcher(proxyHosts)
  const unnamed = { ...unnamedHost, source }
  const closed = new Set(options.closedAddresses?.map((address) => address.toLowerCase()))

  return function denyProxy({ route, params, resource }) {
    if (route.permission !== 'proxy:open') return null
    const host = withoutTrailingDots((params.host ?? '').toLowerCase())
    const port = Number(params.port)
    if (apiHosts.has(host.split('.')[0] ?? '') || apiPorts.has(port)) return rackApi
    if (closed.has(`${host}:${port}`)) return gatewayAddress
    // Applies to resources, too: a user can set a resource's address in the environment of its app.
    if (isLocalHost(host)) return localAddress
    if (!decimalPort.test(params.port ?? '')) return invalidPort
    return resource !== null || isNamed(host) ? null : unnamed
  }
}

/** The rack would also accept `0x1547` or a service name as a port, which this code would read differently. */
const decimalPort = /^[1-9][0-9]{0,4}$/

const invalidPort = denyByGateway(
  'proxy-port',
  'The port is not a decimal number from 1 to 65535.',
  'Correct the port.',
)
const rackApi = denyByGateway(
  'blocked:rack-api',
  'A proxy to the APIs of the rack and its cluster is not allowed, because it would bypass the gateway.',
  'Use the commands of convox.',
)
const localAddress = denyByGateway(
  'blocked:local-address',
  'This is a loopback or link-local address of the rack, such as its metadata service.',
  'Name the host of the service that you need.',
)
const gatewayAddress = denyByGateway(
  'blocked:gateway',
  'Nobody can open a proxy to the database or the metrics of the gateway.',
  'Use the management API of the gateway.',
)
const unnamedHost = {
  rule: 'proxy-host',
  reason: 'This host is not a resource of an app, and the policy does not allow it for proxies.',
  remedy: 'Ask an administrator of the gateway to add the host.',
}
