import type { Explanation } from '@rack-gateway/errors'
import type { CompiledRule, CompiledRules } from './compile-rules.ts'
import { commandInMessage, inMessage, namesInMessage } from './message-text.ts'
import type { OptionMismatch } from './option-mismatch.ts'
import type { CommandCall, CommandRule } from './types.ts'

export const maxListed = 8

/**
 * @param allowed rules for other commands that the caller's roles can run on this service
 * @param matching rules for this command, for any role
 */
export function explainNotAllowed(
  call: CommandCall,
  allowed: readonly CompiledRule[],
  matching: readonly CompiledRule[],
): Explanation {
  const matchingRoles = rolesOf(matching)
  const remedy =
    matchingRoles.length > 0
      ? `The ${formatRoles(matchingRoles)} can run this command. Ask someone who has ${matchingRoles.length === 1 ? 'it' : 'one of them'}.`
      : 'Ask an administrator for a rule that allows it.'
  const reason = `"${commandInMessage(call.argv)}" is not allowed: ${describeService(call)}, ${describeCallers(call.roles)} run ${formatCommands(allowed)}.${explainPrefixes(allowed)}`
  return { reason, remedy }
}

export function explainNoAttachedRun(call: CommandCall): Explanation {
  return {
    reason: `A run is not allowed: ${describeService(call)}, ${describeCallers(call.roles)} run no command.`,
    remedy: 'Ask an administrator for a role or a rule that allows it.',
  }
}

export function explainWrongService(rules: CompiledRules, call: CommandCall): Explanation {
  const services = [...rules.runServices].map(inMessage)
  return {
    reason: `Runs are not allowed on the service ${inMessage(call.service)}.`,
    remedy:
      services.length === 0
        ? 'No service allows runs. Ask an administrator.'
        : `Use the service ${services.join(' or ')}.`,
  }
}

export function explainOptionMismatch({ id }: CommandRule, mismatch: OptionMismatch): Explanation {
  const rule = `The rule ${inMessage(id)} allows this command`
  switch (mismatch.option) {
    case 'interactive':
      return mismatch.wanted
        ? { reason: `${rule} only with a terminal.`, remedy: 'Run it from a terminal.' }
        : { reason: `${rule} only without a terminal.`, remedy: 'Run it with its output or input redirected.' }
    case 'entrypoint':
      return mismatch.wanted
        ? { reason: `${rule} only with the image's entrypoint.`, remedy: 'Run it with --entrypoint.' }
        : { reason: `${rule} only without the image's entrypoint.`, remedy: 'Run it without --entrypoint.' }
    case 'environment':
      return {
        reason: `${rule} only without the environment key ${inMessage(mismatch.key)}.`,
        remedy: 'Remove the key, or ask an administrator for a rule that allows it.',
      }
    case 'releases':
      return { reason: `${rule} only with the newest release.`, remedy: 'Run it without --release.' }
  }
}

function describeService(call: CommandCall): string {
  const service = call.service === '' ? 'in a process without a service' : `on the service "${inMessage(call.service)}"`
  return `${service} of the app ${inMessage(call.app)}`
}

function describeCallers(roles: readonly string[]): string {
  return roles.length === 0 ? 'you can' : `the ${formatRoles(roles)} can`
}

/** Only the roles of the first rules, so that a denial stays short. */
function rolesOf(matching: readonly CompiledRule[]): readonly string[] {
  return [...new Set(matching.slice(0, maxListed + 1).flatMap(({ rule }) => rule.roles))]
}

/** Such as `role ops` or `roles ops and ci`. */
function formatRoles(roles: readonly string[]): string {
  return `${roles.length === 1 ? 'role' : 'roles'} ${namesInMessage(roles)}`
}

function explainPrefixes(allowed: readonly CompiledRule[]): string {
  const hasPrefix = allowed
    .slice(0, maxListed)
    .some(({ rule }) => rule.argv.some((word) => typeof word === 'object' && 'prefix' in word))
  return hasPrefix ? ' A * stands for one or more letters, digits, and _ : . - of the same word.' : ''
}

function formatCommands(allowed: readonly CompiledRule[]): string {
  const [only] = allowed
  if (only === undefined) return 'no command'
  if (allowed.length === 1) return `only: ${only.words}`
  const commands = allowed.slice(0, maxListed).map(({ words }) => words)
  return `only: ${commands.join(', ')}${allowed.length > maxListed ? ', and more' : ''}`
}
