import { compilePatterns } from '@rack-gateway/command-matcher'
import { type Denial, denyByGateway } from '@rack-gateway/errors'
import { isLocalHost } from './local-host.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { RackCall } from './types.ts'

/** What a deployment adds to its document. */
export interface PolicyOptions {
  /** `host:port` of the gateway's database and metrics, which no principal can reach through a proxy. */
  readonly closedAddresses?: readonly string[]
}

/** Where the API servers of rack and cluster listen. */
const apiPorts: ReadonlySet<number> = new Set([5443, 6443, 8001])
const apiHosts: ReadonlySet<string> = new Set(['api', 'kubernetes'])

/**
 * Where a proxy may lead: to a resource of an app (its permission is asked for there), or to a host that the policy names.
 * Never to what would go past every decision and record, whatever the policy names.
 */
export function compileProxy(
  { proxyHosts, source }: PolicyDocument,
  options: PolicyOptions,
): (call: RackCall) => Denial | null {
  const isNamed = compilePatterns(proxyHosts)
  const unnamed = { ...unnamedHost, source }
  const closed = new Set(options.closedAddresses?.map((address) => address.toLowerCase()))

  return function denyProxy({ route, params, resource }) {
    if (route.permission !== 'proxy:open') return null
    const host = (params.host ?? '').toLowerCase().replace(/\.+$/, '')
    const port = Number(params.port)
    if (apiHosts.has(host.split('.')[0] ?? '') || apiPorts.has(port)) return rackApi
    if (closed.has(`${host}:${port}`)) return gatewayAddress
    // A user can set a resource's address in the environment of its app.
    if (isLocalHost(host)) return localAddress
    if (!decimalPort.test(params.port ?? '')) return invalidPort
    return resource !== null || isNamed(host) ? null : unnamed
  }
}

/** A rack would also take `0x1547` or a service's name for a port: another reading than ours. */
const decimalPort = /^[1-9][0-9]{0,4}$/

const invalidPort = denyByGateway(
  'proxy-port',
  'A port is a number from 1 to 65535, in decimal digits.',
  'Name it as one.',
)
const rackApi = denyByGateway(
  'blocked:rack-api',
  'The APIs of the rack and its cluster are not reached by proxy: that would go past every decision and record.',
  'Use the commands of convox.',
)
const localAddress = denyByGateway(
  'blocked:local-address',
  "This is an address of the rack's own machine or link, such as its metadata service.",
  'Name the host of the service that you need.',
)
const gatewayAddress = denyByGateway(
  'blocked:gateway',
  "The gateway's own database and metrics are not reached by proxy, by nobody.",
  "Use the gateway's API.",
)
const unnamedHost = {
  rule: 'proxy-host',
  reason: 'This host is not a resource of an app, and the policy does not permit it for proxies.',
  remedy: 'Ask for one, with the host and the purpose.',
}
