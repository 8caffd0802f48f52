import { type CommandMode, type CommandRule, compileRules, matchCommand } from '@rack-gateway/command-matcher'
import { compileRole } from '../compiled-policy/compiled-role.ts'
import { commandServiceName } from '../permissions/required-permissions.ts'
import type { PolicyDocument, PolicyRule, Role } from '../policy-document/policy-document.ts'
import { anyOther, type ExampleCommand, exampleCommands } from './example-commands.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

/** Compares the results for example commands, so that an equivalent command rule is not a difference. */
export function commandsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const examples = exampleCommands(
    [...before.commands, ...after.commands],
    [...new Set([...before.runServices, ...after.runServices])],
  )
  const [canRunBefore, canRunAfter] = [createCommandCheck(before), createCommandCheck(after)]
  const changes = after.roles.flatMap((role) =>
    examples.flatMap((example) => {
      const [run, exec] = (['detached', 'exec'] as const).map((mode) =>
        effectOf(canRunBefore(role.name, example, mode), canRunAfter(role.name, example, mode)),
      )
      return [
        ...(run ? [{ effect: run, role: role.name, what: `run ${inWords(example)}` }] : []),
        ...(exec && exec !== run ? [{ effect: exec, role: role.name, what: execWords(role, example) }] : []),
      ]
    }),
  )
  return [...changes, ...restrictionsChanged(before.commands, after.commands)]
}

function effectOf(had: boolean, has: boolean): 'allows' | 'denies' | null {
  if (had === has) return null
  return has ? 'allows' : 'denies'
}

function inWords({ words, service }: ExampleCommand): string {
  return `"${words}" on ${service === anyOther ? 'any other service' : `the service ${service}`}`
}

/** In a service other than `command`, an exec needs `process:exec-any` in addition to the rule. */
function execWords(role: Role, example: ExampleCommand): string {
  const isRuleEnough = example.service === commandServiceName || compileRole(role).has('process:exec-any')
  return `exec ${inWords(example)}${isRuleEnough ? '' : ', with process:exec-any'}`
}

type CommandCheck = (role: string, example: ExampleCommand, mode: CommandMode) => boolean

function createCommandCheck({ commands, runServices, roles }: PolicyDocument): CommandCheck {
  const rules = compileRules(commands.map(withoutRestrictions), { runServices })
  const rolesWithBases = new Map(roles.map(({ name, extends: bases = [] }) => [name, [name, ...bases]]))
  return (role, { argv, service }, mode) => {
    const scope = { service, app: 'an-app', rack: 'a-rack', roles: rolesWithBases.get(role) ?? [] }
    return matchCommand(rules, { ...scope, argv, mode }).effect === 'allow'
  }
}

/** Restrictions are compared separately. */
function withoutRestrictions({ id, argv, services, roles }: CommandRule): CommandRule {
  return { id, argv, services, roles }
}

const restrictions = ['apps', 'racks', 'modes', 'interactive', 'entrypoint', 'environment', 'releases', 'when'] as const

/** A renamed rule is not a difference. */
function restrictionsChanged(before: readonly PolicyRule[], after: readonly PolicyRule[]): PolicyChange[] {
  const [older, newer] = [byId(before), byId(after)]
  const [removed, added] = [before.filter(({ id }) => !newer.has(id)), after.filter(({ id }) => !older.has(id))]
  const hasNoEquivalent = (others: readonly PolicyRule[]) => (rule: PolicyRule) =>
    !others.some((other) => isEquivalent(rule, other))
  return [
    ...after.flatMap((rule) => changedIn(rule, older.get(rule.id))),
    ...added
      .filter(hasNoEquivalent(removed))
      .flatMap((rule) => describe(rule, `the new command rule ${rule.id}`, 'is')),
    ...removed
      .filter(hasNoEquivalent(added))
      .flatMap((rule) => describe(rule, `the command rule ${rule.id} was removed`, 'was')),
  ]
}

function byId(rules: readonly PolicyRule[]): ReadonlyMap<string, PolicyRule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}

function changedIn(rule: PolicyRule, earlier: PolicyRule | undefined): PolicyChange[] {
  const fields = restrictions.filter((field) => earlier !== undefined && !isEqual(earlier[field], rule[field]))
  return fields.map((field) => {
    const value = rule[field] === undefined ? 'no longer restricted' : JSON.stringify(rule[field])
    return changeForEveryone('changes', `the command rule ${rule.id}: ${field} is ${value}`)
  })
}

function describe(rule: PolicyRule, subject: string, verb: string): PolicyChange[] {
  return restrictions
    .filter((field) => rule[field] !== undefined)
    .map((field) => changeForEveryone('changes', `${subject}: ${field} ${verb} ${JSON.stringify(rule[field])}`))
}

function isEquivalent(one: PolicyRule, other: PolicyRule): boolean {
  const fields = ['argv', 'services', ...restrictions] as const
  return isEqual(sorted(one.roles), sorted(other.roles)) && fields.every((field) => isEqual(one[field], other[field]))
}

function sorted(roles: readonly string[]): string[] {
  return [...roles].sort()
}
