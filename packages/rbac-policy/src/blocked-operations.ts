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

/** Compiles the operations that are denied to every role. The function returns the denial, or null. */
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
  const ofRelease = { ...key, change: 'a release cannot change' }
  const ofRun = { ...key, change: 'a run cannot set' }
  const parameter = protecting(document, 'protectedParameters')
  const ofRack = { rule: 'protected-parameter', sourceOf: parameter, change: 'nobody can change' }
  return (call) =>
    byRoute.get(call.route.id) ??
    denyPod(call) ??
    proxy(call) ??
    protectedIn(call.environment?.changed, isProtected, ofRelease) ??
    protectedIn(call.command?.options?.environment, isProtected, ofRun) ??
    protectedIn(call.rackParameters, isProtectedParameter, ofRack)
}

/** Build pods contain the rack's password in every configuration, and a run in them can be privileged. A pod without a service has no owner. */
function denyPod(call: RackCall): Denial | null {
  const { permission } = call.route
  const runs = permission === 'process:run' && call.service === buildService
  const entersProcess = inProcess.has(permission)
  if (runs || (entersProcess && (call.process?.service === buildService || call.params.pid === buildService)))
    return buildDenial
  if (!entersProcess || call.process === null || !call.process.known || call.process.service !== null) return null
  return noServiceDenial
}

const buildDenial = denyByGateway(
  'blocked:build',
  'Nobody can enter the processes of builds, because they contain the password of the rack.',
  'Read the logs of the build.',
)
const noServiceDenial = denyByGateway(
  'blocked:no-service',
  'Nobody can enter this process, because it belongs to no service of the app.',
  'Use a process of a service.',
)

const inProcess: ReadonlySet<string> = new Set(['process:exec', 'process:file-read', 'process:file-write'])

interface Protection {
  readonly rule: string
  /** What cannot be done with the name, such as `nobody can change`. */
  readonly change: string
  /** The position in the document that protects a name. */
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
  { rule, change, sourceOf: sourceOfName }: Protection,
): Denial | null {
  const protectedNames = names?.filter(isProtected) ?? []
  const [first] = protectedNames
  if (first === undefined) return null
  // The rack reads each line with `=` as a key, also a line inside a secret.
  const reason = `The policy protects ${joinWithAnd([...new Set(protectedNames.map((name) => inMessage(recordedKey(name))))])}, so ${change} it.`
  return { rule, source: sourceOfName(first), reason, remedy: 'Ask the platform team to change it.' }
}
