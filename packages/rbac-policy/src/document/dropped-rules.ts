import { inMessage, joinWithAnd, namesInMessage } from '@rack-gateway/command-matcher'
import { replacedCommandsName } from '../policy-document/name-lists.ts'
import { canonicalJson, type PolicyDocument, type PolicyRule } from '../policy-document/policy-document.ts'

/** What a document drops of the built-in rules, each as a sentence without its full stop. */
export function droppedRuleWarnings(builtIn: PolicyDocument, document: PolicyDocument): string[] {
  return [
    ...droppedCommandRules(builtIn, document),
    ...droppedNames('commands.services', 'services', [builtIn.runServices, document.runServices]),
    ...droppedNames('secrets.environment', 'patterns', [builtIn.secretKeys, document.secretKeys]),
    ...droppedNames('audit.values', 'rules', [idsOf(builtIn.recordedValues), idsOf(document.recordedValues)]),
    ...droppedRecordings(builtIn, document),
  ]
}

function droppedCommandRules(builtIn: PolicyDocument, document: PolicyDocument): string[] {
  if (document.sources !== undefined && Object.hasOwn(document.sources, replacedCommandsName)) return []
  const byId = new Map(document.commands.map((rule) => [rule.id, rule]))
  const allowed = new Set(document.commands.flatMap(termsByRole))
  const lost = builtIn.commands.flatMap(({ id, ...rule }) => {
    const own = byId.get(id)?.roles ?? []
    const roles = rule.roles.filter((role) => !own.includes(role) && !allowed.has(termsFor(role, termsOf(rule))))
    return roles.length === 0 ? [] : { id, roles }
  })
  const removed = lost.filter(({ id }) => !byId.has(id))
  const replaced = lost.filter(({ id }) => byId.has(id))
  const [verb, them] = removed.length === 1 ? ['is', 'it'] : ['are', 'them']
  return [
    ...(removed.length === 0
      ? []
      : [
          `commands.rules replaces the built-in ones: ${namesInMessage(removed.map(ruleOfRoles))} ${verb} gone; in commands, "extend: built-in" keeps ${them}, and "extend: none" drops ${them} without this warning`,
        ]),
    ...replaced.map(
      ({ id, roles }) =>
        `the command rule ${inMessage(id)} replaces the built-in one, which also allows its command to ${joinWithAnd(roles)}`,
    ),
  ]
}

function ruleOfRoles({ id, roles }: Pick<PolicyRule, 'id' | 'roles'>): string {
  return `${id} of ${joinWithAnd(roles)}`
}

/** A rule of another name keeps a built-in one if both have the same terms. */
function termsByRole(rule: PolicyRule): string[] {
  const terms = termsOf(rule)
  return rule.roles.map((role) => termsFor(role, terms))
}

function termsFor(role: string, terms: string): string {
  return `${role} ${terms}`
}

function termsOf({ argv, services, apps, racks, modes, interactive, entrypoint, ...others }: Omit<PolicyRule, 'id'>) {
  const { environment, releases, when } = others
  return canonicalJson({ argv, services, apps, racks, modes, interactive, entrypoint, environment, releases, when })
}

function droppedNames(
  section: string,
  noun: string,
  [builtIn, names]: readonly [readonly string[], readonly string[]],
): string[] {
  const dropped = builtIn.filter((name) => !names.includes(name))
  if (dropped.length === 0) return []
  return [
    `${section} replaces the built-in ${noun}: ${namesInMessage(dropped)} ${dropped.length === 1 ? 'is' : 'are'} gone`,
  ]
}

/** A rule without conditions decides about every session, so then the document drops nothing by accident. */
function droppedRecordings(builtIn: PolicyDocument, { recordings }: PolicyDocument): string[] {
  const isForAll = recordings.some(({ sessions, racks, apps, commands }) => !sessions && !racks && !apps && !commands)
  return isForAll ? [] : droppedNames('recordings', 'rules', [idsOf(builtIn.recordings), idsOf(recordings)])
}

function idsOf(rules: readonly { readonly id: string }[]): string[] {
  return rules.map(({ id }) => id)
}
