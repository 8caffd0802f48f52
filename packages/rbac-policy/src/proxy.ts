import { compilePatterns } from '@rack-gateway/command-matcher'
import { isLocalHost } from './local-host.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { RackCall, Refusal } from './types.ts'

/** What a deployment adds to its document. */
export interface PolicyOptions {
  /** `host:port` of the gateway's own database and metrics: no proxy reaches them, whoever asks. */
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
): (call: RackCall) => Refusal | null {
  const isNamed = compilePatterns(proxyHosts)
  const unnamed = { ...unnamedRefusal, source }
  const closed = new Set(options.closedAddresses?.map((address) => address.toLowerCase()))

  return function refuseProxy({ route, params, resource }) {
    if (route.permission !== 'proxy:open') return null
    const host = (params.host ?? '').toLowerCase().replace(/\.+$/, '')
    const port = Number(params.port)
    if (apiHosts.has(host.split('.')[0] ?? '') || apiPorts.has(port)) return apiRefusal
    if (closed.has(`${host}:${port}`)) return ownRefusal
    // A resource's address can be one that somebody put into the environment of its app.
    if (isLocalHost(host)) return localRefusal
    if (!decimalPort.test(params.port ?? '')) return portRefusal
    return resource !== null || isNamed(host) ? null : unnamed
  }
}

/** A rack would also take `0x1547` or a service's name for a port: another reading than ours. */
const decimalPort = /^[1-9][0-9]{0,4}$/

const portRefusal: Refusal = {
  rule: 'proxy-port',
  source: 'gateway',
  reason: 'A port is a number from 1 to 65535, in decimal digits.',
  next: 'Name it as one.',
}
const apiRefusal: Refusal = {
  rule: 'blocked:rack-api',
  source: 'gateway',
  reason:
    'The APIs of the rack and its cluster are not reached by proxy: that would go past every decision and record.',
  next: 'Use the commands of convox.',
}
const localRefusal: Refusal = {
  rule: 'blocked:local-address',
  source: 'gateway',
  reason: "This is an address of the rack's own machine or link, such as its metadata service.",
  next: 'Name the host of the service that you need.',
}
const ownRefusal: Refusal = {
  rule: 'blocked:gateway',
  source: 'gateway',
  reason: "The gateway's own database and metrics are not reached by proxy, by nobody.",
  next: "Use the gateway's API.",
}
const unnamedRefusal = {
  rule: 'proxy-host',
  reason: 'This is no resource of an app, and no rule of the policy names this host for proxies.',
  next: 'Ask for one, with the host and the purpose.',
}
