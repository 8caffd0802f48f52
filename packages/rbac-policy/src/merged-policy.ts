import { inMessage, type Problem, parseWords } from '@rack-gateway/command-matcher'
import type { Condition } from './condition.ts'
import { recordingRules } from './document-schema/recordings.ts'
import type { WrittenPolicy, WrittenRole, WrittenRule } from './document-schema/schema.ts'
import { tokenTerms } from './document-schema/tokens.ts'
import { valueRules } from './document-schema/values.ts'
import { entryName, nameListNames, nameLists, sourceOf, unblockedName } from './name-lists.ts'
import { readNetwork } from './networks.ts'
import type { BlockedOperation, PolicyDocument, PolicyRule, Role } from './policy-document.ts'

/** The name of the document, and the lines of its parts. */
export interface DocumentSource {
  readonly name: string
  /** Such as `policy.yaml:12`. */
  lineOf(path: readonly (string | number)[]): string
}

interface Merged {
  readonly document: PolicyDocument
  readonly problems: readonly Problem[]
}

const nothing: PolicyDocument = {
  source: '',
  roles: [],
  commands: [],
  runServices: [],
  blocked: [],
  proxyHosts: [],
  secretKeys: [],
  secretParameters: [],
  protectedKeys: [],
  protectedParameters: [],
  recordings: [],
  tokens: { maxAge: 0, defaultAge: 0, rules: [] },
  recordedValues: [],
}

/** The maximum number of roles that a role extends, directly and indirectly. */
const maxParents = 50

const askForIt = 'Ask the platform team, which keeps the policy.'

/** Merges a document with the built-in policy. */
export function mergedPolicy(base: PolicyDocument | null, written: WrittenPolicy, writing: DocumentSource): Merged {
  const below = base ?? nothing
  const problems: Problem[] = []
  const { commands, secrets, proxy } = written
  const document: PolicyDocument = {
    source: writing.name,
    roles: mergedRoles(below.roles, written.roles ?? {}, writing, problems),
    commands: commands?.rules === undefined ? below.commands : rulesOf(commands.rules, writing, problems),
    runServices: commands?.services ?? below.runServices,
    blocked: mergedBlocked(below.blocked, written, writing, problems),
    proxyHosts: proxy?.hosts ?? below.proxyHosts,
    secretKeys: secrets?.environment ?? below.secretKeys,
    secretParameters: secrets?.parameters ?? below.secretParameters,
    protectedKeys: written.protected?.environment ?? below.protectedKeys,
    protectedParameters: written.protected?.parameters ?? below.protectedParameters,
    recordings:
      written.recordings === undefined ? below.recordings : recordingRules(written.recordings, writing.lineOf),
    tokens:
      written.tokens === undefined
        ? below.tokens
        : tokenTerms(below.tokens, written.tokens, { lineOf: writing.lineOf, problems }),
    recordedValues: written.audit === undefined ? below.recordedValues : valueRules(written.audit, writing.lineOf),
  }
  return { document: { ...document, sources: sourcesIn(document, below, written, writing) }, problems }
}

/** The sources of parts without their own `source` field: entries of lists, and unblocked routes. */
function sourcesIn(
  document: PolicyDocument,
  below: PolicyDocument,
  { unblocked = [] }: WrittenPolicy,
  { lineOf }: DocumentSource,
): Record<string, string> {
  const entries = nameListNames.flatMap((list) =>
    document[list].map((entry, place) => {
      const name = entryName(list, entry)
      return [name, document[list] === below[list] ? sourceOf(below, name) : lineOf([...nameLists[list].at, place])]
    }),
  )
  const opened = unblocked.map((route, place) => [unblockedName(route), lineOf(['unblocked', place])])
  // The first of two identical entries decides.
  return Object.fromEntries([...entries, ...opened].reverse())
}

function mergedRoles(
  below: readonly Role[],
  written: Readonly<Record<string, WrittenRole>>,
  writing: DocumentSource,
  problems: Problem[],
): Role[] {
  const made = new Map(below.map((role) => [role.name, role]))
  const beingMade = new Set<string>()

  /** A role that extends its own name extends the built-in one. */
  function roleOf(name: string, by: string): Role | null {
    const own = Object.hasOwn(written, name) ? written[name] : undefined
    if (own === undefined || name === by) return made.get(name) ?? null
    if (finished.has(name)) return made.get(name) ?? null
    return make(name, own)
  }
  const finished = new Set<string>()

  function make(
    name: string,
    { description = '', extends: above = [], permissions = [], when }: WrittenRole,
  ): Role | null {
    if (beingMade.has(name)) {
      problems.push({
        at: ['roles', name, 'extends'],
        text: `the role "${inMessage(name)}" extends itself, directly or through other roles`,
      })
      return null
    }
    if (beingMade.size > maxParents) {
      problems.push(tooMany(name))
      return null
    }
    beingMade.add(name)
    const parents = above.flatMap((parent) => {
      const found = roleOf(parent, name)
      if (found === null && !beingMade.has(parent))
        problems.push({
          at: ['roles', name, 'extends'],
          text: `the role "${inMessage(name)}" extends "${inMessage(parent)}", which does not exist`,
        })
      return found ?? []
    })
    beingMade.delete(name)
    const conditions = [
      ...new Set(parents.flatMap((parent) => parent.when ?? [])),
      ...(when === undefined ? [] : [conditionOf(when)]),
    ]
    const names = [...new Set(parents.flatMap((parent) => [parent.name, ...(parent.extends ?? [])]))].filter(
      (parent) => parent !== name,
    )
    if (names.length > maxParents) {
      problems.push(tooMany(name))
      return null
    }
    const role = {
      name,
      description,
      permissions: [...new Set([...parents.flatMap((parent) => parent.permissions), ...permissions])],
      ...(names.length > 0 && { extends: names }),
      ...(conditions.length > 0 && { when: conditions }),
      source: writing.lineOf(['roles', name]),
    }
    made.set(name, role)
    finished.add(name)
    return role
  }

  for (const [name, role] of Object.entries(written)) if (!finished.has(name)) make(name, role)
  return [...made.values()]
}

function tooMany(role: string): Problem {
  return { at: ['roles', role, 'extends'], text: `the role "${inMessage(role)}" extends more than ${maxParents} roles` }
}

function rulesOf(
  written: Readonly<Record<string, WrittenRule>>,
  writing: DocumentSource,
  problems: Problem[],
): PolicyRule[] {
  return Object.entries(written).flatMap(([id, { run, services = ['command'], when, ...rest }]) => {
    const at = ['commands', 'rules', id]
    const read = parseWords(run)
    if ('problem' in read) {
      problems.push({ at: [...at, 'run'], text: `the rule "${inMessage(id)}" ${read.problem}` })
      return []
    }
    const conditions = when === undefined ? {} : { when: [conditionOf(when)] }
    return { id, argv: read.words, services, ...rest, ...conditions, source: writing.lineOf(at) }
  })
}

function mergedBlocked(
  below: readonly BlockedOperation[],
  { blocked = {}, unblocked = [] }: WrittenPolicy,
  writing: DocumentSource,
  problems: Problem[],
): BlockedOperation[] {
  const all = new Map(below.map((operation) => [operation.route, operation]))
  for (const [place, route] of unblocked.entries()) {
    if (!all.delete(route))
      problems.push({
        at: ['unblocked', place],
        text: `"${inMessage(route)}" is not blocked, so it cannot be unblocked`,
      })
  }
  for (const [route, { reason, next = askForIt }] of Object.entries(blocked))
    all.set(route, { route, reason, next, source: writing.lineOf(['blocked', route]) })
  return [...all.values()]
}

/** Normalizes networks. Invalid ones stay, so that the check reports them. */
function conditionOf({ addresses, ...rest }: NonNullable<WrittenRole['when']>): Condition {
  return addresses === undefined
    ? rest
    : { ...rest, addresses: addresses.map((address) => readNetwork(address) ?? address) }
}
