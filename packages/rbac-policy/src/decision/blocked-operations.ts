import { compilePattern, createNameMatcher, type NameMatcher, namesInMessage } from '@rack-gateway/command-matcher'
import { recordedKey } from '@rack-gateway/convox-api'
import { type Denial, denyByGateway } from '@rack-gateway/errors'
import type { RackCall } from '../model/types.ts'
import { entryName, sourceOf } from '../policy-document/name-lists.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { compileProxy, type PolicyOptions } from './proxy.ts'

export const buildServiceName = 'build'

/** Compiles the operations that are denied to every role. */
export function compileBlocked(document: PolicyDocument, options: PolicyOptions): (call: RackCall) => Denial | null {
  const byRoute = new Map(
    document.blocked.map(({ route, reason, next, source = document.source }) => [
      route,
      { rule: `blocked:${route}`, source, reason, remedy: next },
    ]),
  )
  const denyProxy = compileProxy(document, options)
  const isProtectedKey = createNameMatcher(document.protectedKeys)
  const isProtectedParameter = createNameMatcher(document.protectedParameters)
  const keyRule = { rule: 'protected-key', sourceOf: sourceFinder(document, 'protectedKeys') }
  const forRelease = { ...keyRule, prohibition: 'a release cannot change' }
  const forRun = { ...keyRule, prohibition: 'a run cannot set' }
  const sourceOfParameter = sourceFinder(document, 'protectedParameters')
  const forRack = { rule: 'protected-parameter', sourceOf: sourceOfParameter, prohibition: 'nobody can change' }
  return (call) =>
    byRoute.get(call.route.id) ??
    denyRackItself(call) ??
    denyProcess(call) ??
    denyProxy(call) ??
    denyProtected(call.environment?.changed, isProtectedKey, forRelease) ??
    denyProtected(call.command?.options?.environment, isProtectedKey, forRun) ??
    denyProtected(call.rackParameters, isProtectedParameter, forRack)
}

/** The rack reads this name of an app as its own namespace, which has the processes of its API. */
const rackAppName = 'system'

/** Processes of the rack contain its password, and a change of this app is a change of the rack. */
function denyRackItself({ app, route }: RackCall): Denial | null {
  return app === rackAppName && (route.changes || processPermissions.has(route.permission)) ? rackAppDenial : null
}

const rackAppDenial = denyByGateway(
  'blocked:rack-app',
  'The app "system" is the rack itself. Nobody can change it or enter its processes, because they contain the password of the rack.',
  'Name an app of yours, or ask the infrastructure team.',
)

/** Processes of builds always contain the rack's password, and can be privileged. */
function denyProcess(call: RackCall): Denial | null {
  const { permission } = call.route
  const isBuildRun = permission === 'process:run' && call.service === buildServiceName
  const entersProcess = processPermissions.has(permission)
  // The rack also accepts the name of a service as `pid`, and chooses a process of that service.
  const isBuild = call.process?.service === buildServiceName || call.params.pid === buildServiceName
  if (isBuildRun || (entersProcess && isBuild)) return buildDenial
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

const processPermissions: ReadonlySet<string> = new Set(['process:exec', 'process:file-read', 'process:file-write'])

interface Protection {
  readonly rule: string
  /** A clause without its object, such as `nobody can change`. */
  readonly prohibition: string
  /** The source of the pattern that protects a name, such as `policy.yaml:12`. */
  sourceOf(name: string): string
}

function sourceFinder(document: PolicyDocument, list: 'protectedKeys' | 'protectedParameters'): Protection['sourceOf'] {
  return function sourceOfName(name) {
    const entry = document[list].find((pattern) => compilePattern(pattern)(name)) ?? ''
    return sourceOf(document, entryName(list, entry))
  }
}

function denyProtected(
  names: readonly string[] | undefined,
  isProtected: NameMatcher,
  { rule, prohibition, sourceOf: sourceOfName }: Protection,
): Denial | null {
  const protectedNames = names?.filter(isProtected) ?? []
  const [first] = protectedNames
  if (first === undefined) return null
  // A key can be a part of a secret: in a value with several lines, the rack reads each line with `=` as another key.
  // `recordedKey` hides such keys.
  const shownNames = [...new Set(protectedNames.map(recordedKey))]
  const object = shownNames.length === 1 ? 'it' : 'them'
  const reason = `The policy protects ${namesInMessage(shownNames)}, so ${prohibition} ${object}.`
  return { rule, source: sourceOfName(first), reason, remedy: 'Ask the platform team for this change.' }
}
