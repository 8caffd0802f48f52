import { compilePatterns, listed, type NameMatcher, shown } from '@rack-gateway/command-matcher'
import type { PolicyDocument } from './document.ts'
import { compileProxy } from './proxy.ts'
import type { RackCall } from './types.ts'

/** Why a call is refused to everyone. */
export interface Refusal {
  readonly rule: string
  readonly reason: string
}

/** What a deployment adds to its document. */
export interface PolicyOptions {
  /** `host:port` of the gateway's own database and metrics: no proxy reaches them, whoever asks. */
  readonly closedAddresses?: readonly string[]
}

const buildService = 'build'

/** Compiles what is refused whatever roles say into one question: a refusal, or null. */
export function compileBlocked(document: PolicyDocument, options: PolicyOptions): (call: RackCall) => Refusal | null {
  const byRoute = new Map(document.blocked.map(({ route, reason }) => [route, { rule: `blocked:${route}`, reason }]))
  const proxy = compileProxy(document, options)
  const isProtected = compilePatterns(document.protectedKeys)
  return (call) => byRoute.get(call.route.id) ?? pod(call) ?? proxy(call) ?? protectedKey(call, isProtected)
}

/** Pods of builds hold the rack's password, whatever the rack's settings, and a run there can be privileged. A pod of no service is nobody's. */
function pod(call: RackCall): Refusal | null {
  const { permission } = call.route
  const runs = permission === 'process:run' && call.service === buildService
  const reaches = inProcess.has(permission)
  if (runs || (reaches && (call.process?.service === buildService || call.params.pid === buildService))) {
    const reason =
      'Builds are not entered through the gateway, by nobody: their processes hold the password of the rack.'
    return { rule: 'blocked:build', reason }
  }
  if (!reaches || call.process === null || !call.process.known || call.process.service !== null) return null
  return {
    rule: 'blocked:no-service',
    reason: 'This process belongs to no service of the app, so nobody enters it through the gateway.',
  }
}

const inProcess: ReadonlySet<string> = new Set(['process:exec', 'process:file-read', 'process:file-write'])

function protectedKey({ environment }: RackCall, isProtected: NameMatcher): Refusal | null {
  const touched = environment?.changed.filter(isProtected) ?? []
  if (touched.length === 0) return null
  const reason = `The policy protects ${listed(touched.map(shown))}: a release leaves it as it is. Ask the platform team to change it.`
  return { rule: 'protected-key', reason }
}
