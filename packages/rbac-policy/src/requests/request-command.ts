import { inMessage } from '@rack-gateway/command-matcher'
import { isPattern } from '../compiled-policy/can-grant.ts'
import type { PolicyScope, Principal } from '../model/types.ts'
import type { RequestRule } from '../policy-document/policy-document.ts'
import { coversScope, mayAsk } from './asker.ts'

const hour = 3_600_000

/** What the command of a user asks for: one rack, and one app pattern. */
export interface RequestCommandTerms {
  readonly rack: string
  /** `*` for all apps. */
  readonly app: string
  /** Whether the command names the rule, because another rule would fit first. */
  readonly namesRule?: boolean
}

/**
 * The rack and the app pattern for which a user has to ask, so that a call of the scope is allowed.
 *
 * @returns null if nobody can ask for these names
 */
function requestTermsOf({ apps }: Pick<RequestRule, 'apps'>, scope: PolicyScope): RequestCommandTerms | null {
  const app = scope.scope === 'app' ? scope.app : scope.scope === 'rack' || apps.includes('*') ? '*' : (apps[0] ?? null)
  if (app === null || !isPattern(app) || !isName(scope.rack)) return null
  if (scope.scope === 'app' && !isName(app)) return null
  return { rack: scope.rack, app }
}

function isName(text: string): boolean {
  return isPattern(text) && !text.includes('*')
}

/** The complete command that asks for the role of a rule, for an hour or for the longest time of the rule. */
export function requestCommand(
  { id, role, longest, reason }: Pick<RequestRule, 'id' | 'role' | 'longest' | 'reason'>,
  { rack, app, namesRule = false }: RequestCommandTerms,
): string {
  const parts = [
    'rack-gateway request',
    `--role ${role}`,
    `--rack ${rack}`,
    ...(app === '*' ? [] : [`--app ${app.includes('*') ? `"${app}"` : app}`]),
    `--for ${durationText(Math.min(hour, longest))}`,
    `--reason "${forQuotes(reason?.prompt ?? 'Reason')}"`,
    ...(namesRule ? [`--rule ${inMessage(id)}`] : []),
  ]
  return parts.join(' ')
}

/**
 * The command with which a principal can ask by a rule for access to a scope. It names the rule if an earlier rule fits,
 * too.
 *
 * @returns null if the rule does not let the principal ask
 */
export function requestCommandOf(
  rules: readonly RequestRule[],
  principal: Principal,
  rule: RequestRule,
  { where, at }: { readonly where: PolicyScope; readonly at: number },
): string | null {
  const terms = requestTermsOf(rule, where)
  if (terms === null || !fits(rule, principal, terms, at)) return null
  const first = rules.find((one) => one.role === rule.role && fits(one, principal, terms, at))
  return requestCommand(rule, { ...terms, namesRule: first !== undefined && first.id !== rule.id })
}

function fits(rule: RequestRule, principal: Principal, { rack, app }: RequestCommandTerms, at: number): boolean {
  const wanted = { racks: [rack], apps: [app] }
  return coversScope(rule, wanted) && mayAsk(rule, principal, wanted, at)
}

/** A remedy: a sentence with the command. */
export function askForAccess(command: string): string {
  return `Ask for access: ${command}.`
}

/** Such as `1h` or `90s`. @param duration milliseconds, whole seconds */
function durationText(duration: number): string {
  if (duration % hour === 0) return `${duration / hour}h`
  return duration % 60_000 === 0 ? `${duration / 60_000}m` : `${duration / 1_000}s`
}

/** Leaves out what a shell would expand within double quotes. */
function forQuotes(text: string): string {
  return inMessage(text).replace(/["$`\\!]/g, '')
}
