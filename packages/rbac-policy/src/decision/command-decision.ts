import {
  type CommandCall,
  type CommandDecision,
  type CommandRule,
  findFailedCondition,
  hasRuleFor,
  inMessage,
  isTooLong,
  matchCommand,
  maxCommandBytes,
} from '@rack-gateway/command-matcher'
import type { Denial, Explanation } from '@rack-gateway/errors'
import type { FailedCondition, ScopeBindings } from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type { PermissionOrigin } from '../compiled-policy/compiled-role.ts'
import { denyByCondition } from '../compiled-policy/reasons.ts'
import { wrongCaller } from '../conditions/condition.ts'
import type { Principal, RackCall } from '../model/types.ts'
import { type Leniency, passesCommands } from './observe-mode.ts'

/** What observe mode lets pass, and the caller's bindings whose conditions exclude the call. */
export interface ObservedCommand {
  readonly leniency: Leniency
  readonly failed: readonly FailedCondition[]
}

/**
 * Decides about the command of a run or exec. For a token, the roles of its owner do not count.
 *
 * @param observed null: as the command rules say
 * @returns null for a route without a command, and for a command that only observe mode allows
 */
export function decideCommand(
  document: CompiledDocument,
  principal: Principal,
  scopeBindings: ScopeBindings,
  call: RackCall,
  observed: ObservedCommand | null,
): AllowedCommand | Denial | null {
  const { permission } = call.route
  if (permission !== 'process:run' && permission !== 'process:exec') return null
  const match = commandCall(document, principal, scopeBindings, call)
  if ('effect' in match) return denyByMatcher(document, match)
  const rules = document.rules()
  const decision = matchCommand(rules, match)
  if (decision.effect === 'deny') {
    const passes = observed !== null && passesCommands(observed.leniency, scopeBindings.compiled.own)
    if (!passes || enforcedDenials.has(decision.rule)) return denyByMatcher(document, decision)
    const failed = findFailedCondition(rules, match)
    if (failed !== null) return denyByMatcher(document, failed)
    const excluded = observed.failed.find(({ binding }) => hasRuleFor(rules, { ...match, roles: binding.role.names }))
    return excluded === undefined ? null : denyByCondition(excluded)
  }
  return decision.by === null ? allowAttachedRun(document) : allowByRule(document, decision.by, decision.allowing)
}

/** Denials by the matcher that observe mode enforces. */
const enforcedDenials: ReadonlySet<string> = new Set(['condition', 'empty', 'too-long'])

type Denied = Extract<CommandDecision, { effect: 'deny' }>

interface AllowedCommand extends PermissionOrigin {
  /** IDs of all command rules that allow the command. Each of these rules can require a step-up. */
  readonly commandRules: readonly string[]
}

function allowByRule(
  document: CompiledDocument,
  { id, source }: CommandRule,
  allowing: readonly CommandRule[],
): AllowedCommand {
  return {
    rule: `command:${id}`,
    source: source ?? document.source,
    reason: `The command rule ${id} allows it.`,
    commandRules: allowing.map((rule) => rule.id),
  }
}

/** No single rule allows the start of an attached run, so `commandRules` is empty. */
function allowAttachedRun({ source }: CompiledDocument): AllowedCommand {
  return { rule: 'command:attached-start', source, reason: attachedReason, commandRules: [] }
}

const attachedReason = 'An attached run starts with a sleeping process. The command is checked when it is sent.'

function commandCall(
  document: CompiledDocument,
  principal: Principal,
  scopeBindings: ScopeBindings,
  call: RackCall,
): CommandCall | Denied {
  const { command } = call
  // A run that is checked as an exec would escape the rule about services.
  if (!command || (command.mode === 'exec') !== (call.route.permission === 'process:exec'))
    return denyUnreadable('The command of this call could not be read.', 'Send it with the Convox CLI.')
  if (isTooLong([command.text])) {
    const reason = `The command is longer than ${maxCommandBytes} bytes.`
    return { effect: 'deny', rule: 'too-long', reason, remedy: 'Put the command into a script of the app.' }
  }
  const { argv, mode, options } = command
  if (!argv)
    return denyUnreadable(
      `The rack could not read this command (${inMessage(command.error ?? 'unknown')}).`,
      'Check its quotes and backslashes.',
    )
  return {
    argv,
    mode: mode === 'exec' && call.process?.own ? 'own-exec' : mode,
    service: (mode === 'exec' ? call.process?.service : call.service) ?? '',
    app: call.app ?? '',
    rack: call.rack,
    roles: scopeBindings.own.commandRoles,
    options,
    checkConditions:
      document.commandConditions.size === 0 ? undefined : (rule) => failedCondition(document, rule, principal, call),
  }
}

function failedCondition(
  { commandConditions }: CompiledDocument,
  { id }: CommandRule,
  { kind }: Principal,
  call: RackCall,
): Explanation | null {
  const conditions = commandConditions.get(id)
  if (conditions === undefined) return null
  for (const condition of conditions) {
    const found = condition.isFor(kind) ? (condition.checkMoment?.(call) ?? null) : wrongCaller(condition.callers)
    const outside = condition.checkScope?.({ rack: call.rack, app: call.app, scope: 'app' }) ?? null
    if (found !== null) return { reason: `The command rule ${id} applies ${found.reason}.`, remedy: found.remedy }
    if (outside !== null)
      return {
        reason: `The command rule ${id} applies ${outside.reason}.`,
        remedy: 'Ask for a rule that applies to this call.',
      }
  }
  return null
}

/** The rule of a denial by the condition of a command rule. For the condition of a role: `condition:<role>`. */
export function commandCondition(id: string): string {
  return `condition:command:${id}`
}

/** Rules of the matcher, which no document can change. */
const matcherRules: ReadonlySet<string> = new Set(['empty', 'too-long', 'unreadable', 'shell-syntax'])

function denyByMatcher(document: CompiledDocument, { rule, nearest, reason, remedy }: Denied): Denial {
  const name = rule === 'condition' && nearest !== undefined ? commandCondition(nearest.id) : `command:${rule}`
  return { rule: name, source: sourceOf(document, rule, nearest), reason, remedy }
}

function sourceOf({ source }: CompiledDocument, rule: string, nearest: CommandRule | undefined): string {
  if (nearest !== undefined) return nearest.source ?? source
  return matcherRules.has(rule) ? 'gateway' : source
}

function denyUnreadable(reason: string, remedy: string): Denied {
  return { effect: 'deny', rule: 'unreadable', reason, remedy }
}
