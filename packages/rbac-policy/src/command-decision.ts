import {
  type CommandVerdict,
  type CompiledRules,
  matchCommand,
  maxCommandBytes,
  shown,
  tooLong,
} from '@rack-gateway/command-matcher'
import { type HeldHere, roleNames } from './grants.ts'
import type { RackCall } from './types.ts'

/**
 * Judges the command of a run or exec, for the principal's roles and, of a token, for those of its owner too.
 *
 * @returns null for a route that brings no command
 */
export function judgeCommand(rules: CompiledRules, here: HeldHere, call: RackCall): CommandVerdict | null {
  const { permission } = call.route
  if (permission !== 'process:run' && permission !== 'process:exec') return null
  const { command } = call
  // A run that were judged as an exec would escape the rule on services.
  if (!command || (command.mode === 'exec') !== (permission === 'process:exec')) {
    return unreadable('The command of this call could not be read, so it is refused.')
  }
  if (tooLong([command.text])) {
    return {
      effect: 'deny',
      rule: 'too-long',
      reason: `The command is longer than ${maxCommandBytes} bytes: put it into a script of the app.`,
    }
  }
  const { argv, mode } = command
  if (!argv)
    return unreadable(
      `The rack could not read this command (${shown(command.error ?? 'unknown')}): check its quotes and backslashes.`,
    )

  const service = (mode === 'exec' ? call.process?.service : call.service) ?? ''
  const asked = { argv, mode, service, app: call.app ?? '', rack: call.rack }
  const verdict = matchCommand(rules, { ...asked, roles: roleNames(here.own) })
  if (verdict.effect === 'deny' || !here.owner) return verdict
  const ofOwner = matchCommand(rules, { ...asked, roles: roleNames(here.owner) })
  return ofOwner.effect === 'allow'
    ? verdict
    : { ...ofOwner, reason: `This token may do no more than its owner. ${ofOwner.reason}` }
}

function unreadable(reason: string): CommandVerdict {
  return { effect: 'deny', rule: 'unreadable', reason }
}
