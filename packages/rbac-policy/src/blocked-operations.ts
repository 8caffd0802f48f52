import {
  compilePattern,
  compilePatterns,
  inMessage,
  joinWithAnd,
  type NameMatcher,
} from '@rack-gateway/command-matcher'
import { recordedKey } from '@rack-gateway/convox-api'
import { type Denial, denyByGateway } from '@rack-gateway/errors'
import { entryName, sourceOf } from './name-lists.ts'
import type { PolicyDocument } from './policy-document.ts'
import { compileProxy, type PolicyOptions } from './proxy.ts'
import type { RackCall } from './types.ts'

export const buildService = 'build'

/** Compiles what is refused whatever roles say into one question: a refusal, or null. */
export function compileBlocked(document: PolicyDocument, options: PolicyOptions): (call: RackCall) => Denial | null {
  const byRoute = new Map(
    document.blocked.map(({ route, reason, next, source = document.source }) => [
      route,
      { rule: `blocked:${route}`, source, reason, remedy: next },
    ]),
  )
  const proxy = compileProxy(document, options)
  const isProtected = compilePatterns(document.protectedKeys)
  const isProtectedParameter = compilePatterns(document.protectedParameters)
  const key = { rule: 'protected-key', sourceOf: protecting(document, 'protectedKeys') }
  const ofRelease = { ...key, leaves: 'a release leaves' }
  const ofRun = { ...key, leaves: 'a run leaves' }
  const parameter = protecting(document, 'protectedParameters')
  const ofRack = { rule: 'protected-parameter', sourceOf: parameter, leaves: 'the gateway leaves' }
  return (call) =>
    byRoute.get(call.route.id) ??
    pod(call) ??
    proxy(call) ??
    protectedIn(call.environment?.changed, isProtected, ofRelease) ??
    protectedIn(call.command?.options?.environment, isProtected, ofRun) ??
    protectedIn(call.rackParameters, isProtectedParameter, ofRack)
}

/** Pods of builds hold the rack's password, whatever the rack's settings, and a run there can be privileged. A pod of no service is nobody's. */
function pod(call: RackCall): Denial | null {
  const { permission } = call.route
  const runs = permission === 'process:run' && call.service === buildService
  const reaches = inProcess.has(permission)
  if (runs || (reaches && (call.process?.service === buildService || call.params.pid === buildService))) return ofBuild
  if (!reaches || call.process === null || !call.process.known || call.process.service !== null) return null
  return ofNoService
}

const ofBuild = denyByGateway(
  'blocked:build',
  'Builds are not entered through the gateway, by nobody: their processes hold the password of the rack.',
  'Look at the logs of the build.',
)
const ofNoService = denyByGateway(
  'blocked:no-service',
  'This process belongs to no service of the app, so nobody enters it through the gateway.',
  'Use a process of a service.',
)

const inProcess: ReadonlySet<string> = new Set(['process:exec', 'process:file-read', 'process:file-write'])

interface Protection {
  readonly rule: string
  readonly leaves: string
  /** Where what protects a name is written. */
  sourceOf(name: string): string
}

function protecting(document: PolicyDocument, list: 'protectedKeys' | 'protectedParameters'): Protection['sourceOf'] {
  return function sourceOfName(name) {
    const entry = document[list].find((pattern) => compilePattern(pattern)(name)) ?? ''
    return sourceOf(document, entryName(list, entry))
  }
}

function protectedIn(
  names: readonly string[] | undefined,
  isProtected: NameMatcher,
  { rule, leaves, sourceOf: sourceOfName }: Protection,
): Denial | null {
  const touched = names?.filter(isProtected) ?? []
  const [first] = touched
  if (first === undefined) return null
  // The rack takes each line with `=` for a key, also a line inside a secret.
  const reason = `The policy protects ${joinWithAnd([...new Set(touched.map((name) => inMessage(recordedKey(name))))])}: ${leaves} it as it is.`
  return { rule, source: sourceOfName(first), reason, remedy: 'Ask the platform team to change it.' }
}
