import { compilePatterns, type NameMatcher } from '@rack-gateway/command-matcher'
import type { PolicyDocument } from './document.ts'
import type { RackCall } from './types.ts'

/** Why a call is refused to everyone. */
export interface Refusal {
  readonly rule: string
  readonly reason: string
}

const rackApiPort = 5443
const buildService = 'build'

/** Compiles what is blocked into one question: a refusal, or null. */
export function compileBlocked({ blocked, proxyHosts }: PolicyDocument): (call: RackCall) => Refusal | null {
  const byRoute = new Map(blocked.map(({ route, reason }) => [route, { rule: `blocked:${route}`, reason }]))
  const onProxy = compilePatterns(proxyHosts)
  return (call) => byRoute.get(call.route.id) ?? buildPod(call) ?? proxied(call, onProxy)
}

/** Pods of builds hold the rack's password, whatever the rack's settings, and a run there can be privileged. */
function buildPod(call: RackCall): Refusal | null {
  const { permission } = call.route
  const runs = permission === 'process:run' && call.service === buildService
  const reaches =
    inProcess.has(permission) && (call.process?.service === buildService || call.params.pid === buildService)
  if (!runs && !reaches) return null
  const reason = 'Builds are not entered through the gateway, by nobody: their processes hold the password of the rack.'
  return { rule: 'blocked:build', reason }
}

const inProcess: ReadonlySet<string> = new Set(['process:exec', 'process:file-read', 'process:file-write'])

function proxied(call: RackCall, onProxy: NameMatcher): Refusal | null {
  if (call.route.permission !== 'proxy:open') return null
  const host = (call.params.host ?? '').toLowerCase()
  if (host.split('.')[0] === 'api' || Number(call.params.port) === rackApiPort) {
    return {
      rule: 'blocked:rack-api',
      reason: "The rack's own API is not reached by proxy: it would go past every decision and record.",
    }
  }
  if (onProxy(host)) return null
  const reason = 'No rule of the policy names this host for proxies: ask for one, with the host and the purpose.'
  return { rule: 'proxy-host', reason }
}
