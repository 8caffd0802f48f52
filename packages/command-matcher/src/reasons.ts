import { wordChoices } from './rule-check.ts'
import type { CompiledRule, CompiledRules } from './rules.ts'
import type { ArgvWord, CommandCall } from './types.ts'
import { listed, shown, shownCommand } from './wording.ts'

const mostListed = 8

/** Says what these roles may run there instead, and who may run what was asked for. */
export function notPermitted(
  call: CommandCall,
  permitted: readonly CompiledRule[],
  matching: readonly CompiledRule[],
): string {
  const others = [...new Set(matching.flatMap((compiled) => compiled.rule.roles))]
  const next =
    others.length > 0
      ? `${theRoles(others)} may run this one: ask someone who has it`
      : 'Ask for a rule that permits it'
  return `"${shownCommand(call.argv)}" is not permitted: ${where(call)} ${may(call.roles)} run ${options(permitted)}. ${next}.`
}

/** Says that no attached run can be of any use there. */
export function notStartable(call: CommandCall): string {
  return `A run is not permitted: ${where(call)} ${may(call.roles)} run nothing. Ask for a role that may, or for a rule.`
}

/** Says on which services a run is possible. */
export function wrongService(rules: CompiledRules, call: CommandCall): string {
  const services = [...rules.runServices].map(shown)
  const instead = services.length === 0 ? 'no service is open to it' : `use the service ${services.join(' or ')}`
  return `Nobody may start a run on the service ${shown(call.service)}: ${instead}.`
}

function where(call: CommandCall): string {
  const service = call.service === '' ? 'in a process without a service' : `on the service ${shown(call.service)}`
  return `${service} of ${shown(call.app)}`
}

function may(roles: readonly string[]): string {
  return roles.length === 0 ? 'you may' : `${lowerRoles(roles)} may`
}

function lowerRoles(roles: readonly string[]): string {
  return `the ${roles.length === 1 ? 'role' : 'roles'} ${listed(roles.map(shown))}`
}

function theRoles(roles: readonly string[]): string {
  return lowerRoles(roles).replace('the', 'The')
}

function options(permitted: readonly CompiledRule[]): string {
  if (permitted.length === 0) return 'nothing'
  const commands = permitted.slice(0, mostListed).map((compiled) => shown(compiled.rule.argv.map(pattern).join(' ')))
  return `only: ${commands.join(', ')}${permitted.length > mostListed ? ', and more' : ''}`
}

function pattern(word: ArgvWord): string {
  const choices = wordChoices(word)
  return choices === 'rest' ? '…' : choices.join('|')
}
