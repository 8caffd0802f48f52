import { inMessage, joinWithAnd, namesInMessage } from '@rack-gateway/command-matcher'
import { type UngrantableRole, ungrantableRoles } from '../compiled-policy/can-grant.ts'
import { documentProblems } from '../document-check/document-check.ts'
import { reasonPatternProblems } from '../document-check/reason-pattern-problems.ts'
import { type FileProblem, type FileProblems, parseYaml } from '../document-schema/parse-yaml.ts'
import { WrittenPolicy } from '../document-schema/schema.ts'
import { documentHash, type PolicyDocument, type RequestRule } from '../policy-document/policy-document.ts'
import { stepUpPermissions } from '../step-up/step-up.ts'
import { type ListedRequirement, listRequirements } from '../step-up/step-up-requirements.ts'
import { builtInText } from './built-in.ts'
import { droppedRuleWarnings } from './dropped-rules.ts'
import { mergePolicy } from './merge-policy.ts'

export { WrittenPolicy } from '../document-schema/schema.ts'
export { builtInText } from './built-in.ts'

export type PolicyProblem = FileProblem

export type ReadPolicyResult =
  | { readonly document: PolicyDocument; readonly problems: readonly [] }
  | { readonly document: null; readonly problems: FileProblems }

/**
 * Reads a policy document. A key that the document leaves out has its built-in value. A role or blocked operation is
 * added to the built-in policy, or replaces the built-in one of the same name.
 *
 * @param text YAML 1.2
 * @param source the name of the document in problems and decisions, such as `policy.yaml`
 * @returns the document, or all problems of the first check that fails: syntax, form, references, or content; each with
 *   its line and column (from 1)
 */
export function readPolicy(text: string, source: string): ReadPolicyResult {
  return readWithDefaults(builtInPolicy(), text, source)
}

const texts = new WeakMap<PolicyDocument, string>()

/** The text of a document that was read; null for any other document. */
export function textOf(document: PolicyDocument): string | null {
  return texts.get(document) ?? null
}

let builtIn: PolicyDocument | null = null

export function builtInPolicy(): PolicyDocument {
  if (builtIn !== null) return builtIn
  const { document, problems } = readWithDefaults(null, builtInText, 'built-in')
  if (document === null) throw new Error(`the built-in policy: ${problems.map(({ text }) => text).join('; ')}`)
  builtIn = document
  return document
}

export function isBuiltIn(document: PolicyDocument): boolean {
  return documentHash(document) === documentHash(builtInPolicy())
}

/** The routes that the built-in policy blocks, and that a document does not block. */
export function unblockedRoutes(document: PolicyDocument): string[] {
  const blocked = new Set(document.blocked.map(({ route }) => route))
  return builtInPolicy().blocked.flatMap(({ route }) => (blocked.has(route) ? [] : [route]))
}

/** Valid parts that may be mistakes, each as a sentence without its full stop. */
export function documentWarnings(document: PolicyDocument): string[] {
  return [
    ...unblockedRoutes(document).map((route) => `it allows ${route}, which the gateway blocks by default`),
    ...droppedRuleWarnings(builtInPolicy(), document),
    ...ungrantableRoles(document).map(ungrantableRoleWarning),
    ...document.commands.flatMap((rule) => unreachableServices(rule, document.runServices)),
    ...listRequirements(document).flatMap((requirement) => stepUpWarnings(requirement, document)),
    ...document.requests.flatMap((rule) => requestWarnings(rule, document)),
  ]
}

function ungrantableRoleWarning({ role, rules }: UngrantableRole): string {
  const [noun, verb, them] = rules.length === 1 ? ['rule', 'does', 'the rule'] : ['rules', 'do', 'the rules']
  return `nobody can grant the role ${inMessage(role)}, except a user who has it, because the command ${noun} ${namesInMessage(rules)} ${verb} not name admin; add admin to the roles of ${them}`
}

function stepUpWarnings(requirement: ListedRequirement, document: PolicyDocument): string[] {
  const { kind, name, level, source } = requirement
  const withoutCalls = permissionsWithoutCalls(requirement, document)
  if (withoutCalls.length > 0)
    return [
      `the step-up of the role ${inMessage(name)} asks for no proof, because no call needs a role for ${joinWithAnd(withoutCalls.map(inMessage))} (${source})`,
    ]
  if (kind === 'rule' && level === null) return [`the step-up rule ${inMessage(name)} requires nothing (${source})`]
  const isForEveryCall = kind === 'role' || (kind === 'rule' && requirement.permissions === undefined)
  if (level?.kind !== 'always' || !isForEveryCall) return []
  const subject = kind === 'role' ? 'step-up of the role' : 'step-up rule'
  return [
    `the ${subject} ${inMessage(name)} asks for a proof for each call, including calls that only read (${source})`,
  ]
}

function requestWarnings({ id, role, reviews, stepUp, source }: RequestRule, { roles }: PolicyDocument): string[] {
  const { when = [] } = roles.find(({ name }) => name === role) ?? {}
  const isForUsers = when.every(({ callers }) => callers === undefined || callers.includes('user'))
  const subject = `the request rule ${inMessage(id)}`
  return [
    ...(reviews === 0 && (stepUp?.level ?? null) === null
      ? [
          `${subject} approves automatically and has no step-up, so a stolen session can get the role ${inMessage(role)} (${source})`,
        ]
      : []),
    ...(isForUsers
      ? []
      : [`${subject} gives nothing, because the role ${inMessage(role)} does not apply to users (${source})`]),
  ]
}

/**
 * Some permissions only decide what responses show, so no call requires them.
 *
 * @returns empty if a call requires any permission of the role
 */
function permissionsWithoutCalls({ kind, name, level }: ListedRequirement, { roles }: PolicyDocument): string[] {
  if (kind !== 'role' || level === null) return []
  const { permissions } = roles.find((role) => role.name === name) ?? { permissions: [] }
  return permissions.some((one) => stepUpPermissions(one).length > 0) ? [] : [...permissions]
}

function unreachableServices(
  { id, services, modes = ['attached', 'detached', 'exec'] }: PolicyDocument['commands'][number],
  runServices: readonly string[],
): string[] {
  if (!modes.some((mode) => mode !== 'exec')) return []
  const notForRuns = services.filter((service) => service !== '*' && !runServices.includes(service))
  const remaining = modes.includes('exec') ? 'only exec (with process:exec-any)' : 'nothing'
  return notForRuns.map(
    (service) =>
      `the command rule ${id} allows ${remaining} on the service ${service}, which commands.services does not name`,
  )
}

/** @param defaults the values of keys that the text leaves out; null for the built-in policy itself */
function readWithDefaults(defaults: PolicyDocument | null, text: string, source: string): ReadPolicyResult {
  const parsed = parseYaml(text, WrittenPolicy, 'the document')
  if (parsed.value === null) return { document: null, problems: parsed.problems }
  const { value, positionOf, withPositions } = parsed
  const { document, problems } = mergePolicy(defaults, value, {
    name: source,
    lineOf: (path) => `${source}:${positionOf(path).line}`,
  })
  const all = [
    ...problems,
    ...(problems.length > 0 ? [] : [...documentProblems(document), ...reasonPatternProblems(document)]),
  ]
  if (all.length > 0) return { document: null, problems: withPositions(all) }
  texts.set(document, text)
  return { document, problems: [] }
}
