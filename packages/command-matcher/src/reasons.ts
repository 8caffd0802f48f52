import type { Explanation } from '@rack-gateway/errors'
import type { Unsuited } from './options.ts'
import type { CompiledRule, CompiledRules } from './rules.ts'
import type { CommandCall, CommandRule } from './types.ts'
import { listed, shown, shownCommand } from './wording.ts'

const mostListed = 8

/** Says what these roles may run there instead, and who may run what was asked for. */
export function notPermitted(
  call: CommandCall,
  permitted: readonly CompiledRule[],
  matching: readonly CompiledRule[],
): Explanation {
  const others = rolesOf(matching)
  const remedy =
    others.length > 0
      ? `The ${rolesInWords(others)} may run this one: ask someone who has it.`
      : 'Ask for a rule that permits it.'
  const reason = `"${shownCommand(call.argv)}" is not permitted: ${where(call)} ${may(call.roles)} run ${options(permitted)}.${prefixWords(permitted)}`
  return { reason, remedy }
}

/** Says that no attached run can be of any use there. */
export function notStartable(call: CommandCall): Explanation {
  return {
    reason: `A run is not permitted: ${where(call)} ${may(call.roles)} run nothing.`,
    remedy: 'Ask for a role that may, or for a rule.',
  }
}

/** Says on which services a run is possible. */
export function wrongService(rules: CompiledRules, call: CommandCall): Explanation {
  const services = [...rules.runServices].map(shown)
  return {
    reason: `Nobody may start a run on the service ${shown(call.service)}.`,
    remedy: services.length === 0 ? 'No service is open to runs.' : `Use the service ${services.join(' or ')}.`,
  }
}

/** Says how the command would have to be started. */
export function notStartedSo({ id }: CommandRule, unfit: Unsuited): Explanation {
  const rule = `The rule ${shown(id)} permits this command`
  switch (unfit.option) {
    case 'interactive':
      return unfit.wanted
        ? { reason: `${rule} with a terminal only.`, remedy: 'Run it from a terminal.' }
        : { reason: `${rule} without a terminal only.`, remedy: 'Run it with its output or input redirected.' }
    case 'entrypoint':
      return unfit.wanted
        ? { reason: `${rule} with the entrypoint of the image only.`, remedy: 'Run it with --entrypoint.' }
        : { reason: `${rule} without the entrypoint of the image only.`, remedy: 'Run it without --entrypoint.' }
    case 'environment':
      return {
        reason: `${rule} without the environment key ${shown(unfit.key)}.`,
        remedy: 'Leave the key out, or ask for a rule that permits it.',
      }
    case 'releases':
      return { reason: `${rule} with the newest release only.`, remedy: 'Leave the release out.' }
  }
}

function where(call: CommandCall): string {
  const service = call.service === '' ? 'in a process without a service' : `on the service ${shown(call.service)}`
  return `${service} of ${shown(call.app)}`
}

function may(roles: readonly string[]): string {
  return roles.length === 0 ? 'you may' : `the ${rolesInWords(roles)} may`
}

/** Names of all roles that rules are for. At most so many rules are looked at. */
function rolesOf(matching: readonly CompiledRule[]): readonly string[] {
  return [...new Set(matching.slice(0, mostListed + 1).flatMap(({ rule }) => rule.roles))]
}

/** Such as `role ops`, or `roles ops and ci`. */
function rolesInWords(roles: readonly string[]): string {
  return `${roles.length === 1 ? 'role' : 'roles'} ${listed(roles.map(shown))}`
}

/** Explains the `*` where a command that is listed has one. */
function prefixWords(permitted: readonly CompiledRule[]): string {
  const hasPrefix = permitted
    .slice(0, mostListed)
    .some(({ rule }) => rule.argv.some((word) => typeof word === 'object' && 'prefix' in word))
  return hasPrefix ? ' A * stands for one or more letters, digits, and _ : . - of the same word.' : ''
}

function options(permitted: readonly CompiledRule[]): string {
  const [only] = permitted
  if (only === undefined) return 'nothing'
  if (permitted.length === 1) return `only: ${only.words}`
  const commands = permitted.slice(0, mostListed).map(({ words }) => words)
  return `only: ${commands.join(', ')}${permitted.length > mostListed ? ', and more' : ''}`
}
