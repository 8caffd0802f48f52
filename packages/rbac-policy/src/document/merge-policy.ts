import { inMessage, type Problem, parseWords } from '@rack-gateway/command-matcher'
import type { Condition } from '../conditions/condition.ts'
import { readNetwork } from '../conditions/networks.ts'
import { recordingRules } from '../document-schema/recordings.ts'
import { requestRules } from '../document-schema/requests.ts'
import type { WrittenPolicy, WrittenRole, WrittenRule } from '../document-schema/schema.ts'
import { readStepUp, stepUpTerms } from '../document-schema/step-up.ts'
import { tokenTerms } from '../document-schema/tokens.ts'
import { valueRules } from '../document-schema/values.ts'
import {
  enrollmentName,
  entryName,
  nameListNames,
  nameLists,
  replacedCommandsName,
  sourceOf,
  unblockedName,
} from '../policy-document/name-lists.ts'
import {
  type BlockedOperation,
  noStepUp,
  type PolicyDocument,
  type PolicyRule,
  type Role,
} from '../policy-document/policy-document.ts'

export interface DocumentSource {
  readonly name: string
  /** Such as `policy.yaml:12`. */
  lineOf(path: readonly (string | number)[]): string
}

interface MergedPolicy {
  readonly document: PolicyDocument
  readonly problems: readonly Problem[]
}

const emptyDocument: PolicyDocument = {
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
  stepUp: noStepUp,
  requests: [],
  recordedValues: [],
}

/** The maximum number of roles that a role extends, directly and indirectly. */
const maxParents = 50

const defaultRemedy = 'Ask the platform team, which maintains the policy.'

/** @param builtIn null for the built-in policy itself */
export function mergePolicy(
  builtIn: PolicyDocument | null,
  written: WrittenPolicy,
  source: DocumentSource,
): MergedPolicy {
  const base = builtIn ?? emptyDocument
  const problems: Problem[] = []
  const { commands, secrets, proxy } = written
  const document: PolicyDocument = {
    source: source.name,
    roles: mergedRoles(base.roles, written.roles ?? {}, source, problems),
    commands: mergedRules(base.commands, commands, source, problems),
    runServices: commands?.services ?? base.runServices,
    blocked: mergedBlocked(base.blocked, written, source, problems),
    proxyHosts: proxy?.hosts ?? base.proxyHosts,
    secretKeys: secrets?.environment ?? base.secretKeys,
    secretParameters: secrets?.parameters ?? base.secretParameters,
    protectedKeys: written.protected?.environment ?? base.protectedKeys,
    protectedParameters: written.protected?.parameters ?? base.protectedParameters,
    recordings: written.recordings === undefined ? base.recordings : recordingRules(written.recordings, source.lineOf),
    tokens:
      written.tokens === undefined
        ? base.tokens
        : tokenTerms(base.tokens, written.tokens, { lineOf: source.lineOf, problems }),
    stepUp:
      written.stepUp === undefined ? base.stepUp : stepUpTerms(written.stepUp, { lineOf: source.lineOf, problems }),
    requests:
      written.requests === undefined
        ? base.requests
        : requestRules(written.requests, { lineOf: source.lineOf, problems }),
    recordedValues: written.audit === undefined ? base.recordedValues : valueRules(written.audit, source.lineOf),
  }
  return { document: { ...document, sources: sourcesIn(document, base, written, source) }, problems }
}

/**
 * The sources of parts without their own `source` field: entries of lists, unblocked routes, `stepUp.enrollBy`, and
 * `commands.extend: none`.
 */
function sourcesIn(
  document: PolicyDocument,
  base: PolicyDocument,
  { unblocked = [], stepUp, commands }: WrittenPolicy,
  { lineOf }: DocumentSource,
): Record<string, string> {
  const entries = nameListNames.flatMap((list) =>
    document[list].map((entry, index) => {
      const name = entryName(list, entry)
      return [name, document[list] === base[list] ? sourceOf(base, name) : lineOf([...nameLists[list].path, index])]
    }),
  )
  const unblockedSources = unblocked.map((route, index) => [unblockedName(route), lineOf(['unblocked', index])])
  const enrollment = stepUp?.enrollBy === undefined ? [] : [[enrollmentName, lineOf(['stepUp', 'enrollBy'])]]
  const replacement = commands?.extend === 'none' ? [[replacedCommandsName, lineOf(['commands', 'extend'])]] : []
  // The first of two identical entries decides.
  return Object.fromEntries([...entries, ...unblockedSources, ...enrollment, ...replacement].reverse())
}

function mergedRoles(
  base: readonly Role[],
  written: Readonly<Record<string, WrittenRole>>,
  source: DocumentSource,
  problems: Problem[],
): Role[] {
  const resolved = new Map(base.map((role) => [role.name, role]))
  const readContext = { lineOf: source.lineOf, problems }
  const resolving = new Set<string>()
  const finished = new Set<string>()

  /** A role that extends its own name extends the built-in role of that name. */
  function roleOf(name: string, extender: string): Role | null {
    const own = Object.hasOwn(written, name) ? written[name] : undefined
    if (own === undefined || name === extender) return resolved.get(name) ?? null
    if (finished.has(name)) return resolved.get(name) ?? null
    return resolve(name, own)
  }

  function resolve(
    name: string,
    { description = '', extends: parentNames = [], permissions = [], when, stepUp }: WrittenRole,
  ): Role | null {
    if (resolving.has(name)) {
      problems.push({
        at: ['roles', name, 'extends'],
        text: `the role "${inMessage(name)}" extends itself, directly or through other roles`,
      })
      return null
    }
    if (resolving.size > maxParents) {
      problems.push(tooManyParents(name))
      return null
    }
    resolving.add(name)
    const parents = parentNames.flatMap((parent) => {
      const found = roleOf(parent, name)
      if (found === null && !resolving.has(parent))
        problems.push({
          at: ['roles', name, 'extends'],
          text: `the role "${inMessage(name)}" extends "${inMessage(parent)}", which does not exist`,
        })
      return found ?? []
    })
    resolving.delete(name)
    const conditions = [
      ...new Set(parents.flatMap((parent) => parent.when ?? [])),
      ...(when === undefined ? [] : [conditionOf(when)]),
    ]
    const stepUps = [
      ...new Set(parents.flatMap((parent) => parent.stepUp ?? [])),
      ...(stepUp === undefined ? [] : [{ role: name, ...readStepUp(stepUp, ['roles', name, 'stepUp'], readContext) }]),
    ]
    const names = [...new Set(parents.flatMap((parent) => [parent.name, ...(parent.extends ?? [])]))].filter(
      (parent) => parent !== name,
    )
    if (names.length > maxParents) {
      problems.push(tooManyParents(name))
      return null
    }
    const role = {
      name,
      description,
      permissions: [...new Set([...parents.flatMap((parent) => parent.permissions), ...permissions])],
      ...(names.length > 0 && { extends: names }),
      ...(conditions.length > 0 && { when: conditions }),
      ...(stepUps.length > 0 && { stepUp: stepUps }),
      source: source.lineOf(['roles', name]),
    }
    resolved.set(name, role)
    finished.add(name)
    return role
  }

  for (const [name, role] of Object.entries(written)) if (!finished.has(name)) resolve(name, role)
  return [...resolved.values()]
}

function tooManyParents(role: string): Problem {
  return { at: ['roles', role, 'extends'], text: `the role "${inMessage(role)}" extends more than ${maxParents} roles` }
}

/**
 * With `extend: built-in`, the rules of the document come first, because a decision names the first matching rule. A rule replaces
 * the built-in one of the same ID.
 */
function mergedRules(
  base: readonly PolicyRule[],
  { rules, extend }: NonNullable<WrittenPolicy['commands']> = {},
  source: DocumentSource,
  problems: Problem[],
): readonly PolicyRule[] {
  if (rules === undefined) return extend === 'none' ? [] : base
  const own = rulesOf(rules, source, problems)
  return extend === 'built-in' ? [...own, ...base.filter(({ id }) => !Object.hasOwn(rules, id))] : own
}

function rulesOf(
  written: Readonly<Record<string, WrittenRule>>,
  source: DocumentSource,
  problems: Problem[],
): PolicyRule[] {
  return Object.entries(written).flatMap(([id, { run, services = ['command'], when, stepUp, ...rest }]) => {
    const at = ['commands', 'rules', id]
    const read = parseWords(run)
    if ('problem' in read) {
      problems.push({ at: [...at, 'run'], text: `the rule "${inMessage(id)}" ${read.problem}` })
      return []
    }
    const conditions = when === undefined ? {} : { when: [conditionOf(when)] }
    const proof =
      stepUp === undefined ? {} : { stepUp: readStepUp(stepUp, [...at, 'stepUp'], { lineOf: source.lineOf, problems }) }
    return { id, argv: read.words, services, ...rest, ...conditions, ...proof, source: source.lineOf(at) }
  })
}

function mergedBlocked(
  base: readonly BlockedOperation[],
  { blocked = {}, unblocked = [] }: WrittenPolicy,
  source: DocumentSource,
  problems: Problem[],
): BlockedOperation[] {
  const all = new Map(base.map((operation) => [operation.route, operation]))
  for (const [index, route] of unblocked.entries()) {
    if (!all.delete(route))
      problems.push({
        at: ['unblocked', index],
        text: `"${inMessage(route)}" is not blocked, so it cannot be unblocked`,
      })
  }
  for (const [route, { reason, next = defaultRemedy }] of Object.entries(blocked))
    all.set(route, { route, reason, next, source: source.lineOf(['blocked', route]) })
  return [...all.values()]
}

/** Normalizes networks. Invalid networks stay, so that the check reports them. */
function conditionOf({ addresses, ...rest }: NonNullable<WrittenRole['when']>): Condition {
  return addresses === undefined
    ? rest
    : { ...rest, addresses: addresses.map((address) => readNetwork(address) ?? address) }
}
