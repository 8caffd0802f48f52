import { inMessage, namesInMessage } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import { exactDurationInWords } from '@rack-gateway/time'
import type { Principal } from '../model/types.ts'
import type { PolicyDocument, RequestRule } from '../policy-document/policy-document.ts'
import { compileReasonPattern } from '../policy-document/reason-pattern.ts'
import { coversScope, mayAsk, type RequestedScope } from './asker.ts'

/** What a user asks for. */
export interface WantedAccess extends RequestedScope {
  /** The ID of a request rule. Default: the first rule that fits. */
  readonly rule?: string | undefined
  readonly role: string
  /** The working time. */
  readonly seconds: number
  readonly reason: string
}

type Rules = Pick<PolicyDocument, 'source' | 'roles' | 'requests'>

/** Request rules that let a user ask, in some scope. @param now milliseconds since the epoch */
export function requestOptions({ requests, roles }: Rules, asker: Principal, now: number): RequestRule[] {
  const known = new Set(roles.map(({ name }) => name))
  return requests.filter((rule) => known.has(rule.role) && mayAsk(rule, asker, null, now))
}

/**
 * The request rule of an access request.
 *
 * @param now milliseconds since the epoch
 * @returns a denial if no rule fits; it explains the rule that fits best
 */
export function findRequestRule(
  document: Rules,
  asker: Principal,
  wanted: WantedAccess,
  now: number,
): RequestRule | Denial {
  const basic = basicDenial(document, asker, wanted)
  if (basic !== null) return basic
  const rules = document.requests.filter(
    ({ id, role }) => role === wanted.role && (wanted.rule === undefined || id === wanted.rule),
  )
  let best: Failure | null = null
  for (const rule of rules) {
    const failure = failureOf(rule, asker, wanted, now)
    if (failure === null) return rule
    if (best === null || failure.passed > best.passed) best = failure
  }
  if (best !== null) return denyRequest(document, best)
  const which = wanted.rule === undefined ? 'No request rule is' : `The request rule ${inMessage(wanted.rule)} is not`
  return deny(document.source, {
    rule: 'request-rule',
    reason: `${which} for the role ${inMessage(wanted.role)}.`,
    remedy: askOthers(requestOptions(document, asker, now)),
  })
}

function basicDenial({ source, roles }: Rules, asker: Principal, wanted: WantedAccess): Denial | null {
  if (asker.kind !== 'user')
    return deny('gateway', {
      rule: 'request-user',
      reason: 'Only users can ask for access.',
      remedy: 'Log in as a user, and ask again.',
    })
  const { rack } = asker
  if (rack !== null && wanted.racks.some((one) => one !== rack))
    return deny('bindings', {
      rule: 'rack-bound',
      reason: `This session is valid only for the rack ${inMessage(rack)}.`,
      remedy: 'Ask for this rack, or log in to the other rack.',
    })
  if (roles.some(({ name }) => name === wanted.role)) return null
  return deny(source, {
    rule: 'request-role',
    reason: `There is no role ${inMessage(wanted.role)}.`,
    remedy: 'List the roles that you can ask for: rack-gateway request.',
  })
}

interface Failure {
  readonly rule: RequestRule
  /** The number of checks that the request passes. */
  readonly passed: number
  readonly reason: string
  readonly remedy: string
}

function failureOf(rule: RequestRule, asker: Principal, wanted: WantedAccess, now: number): Failure | null {
  const id = inMessage(rule.id)
  if (!mayAsk(rule, asker, wanted, now))
    return {
      rule,
      passed: 0,
      reason: `The request rule ${id} does not let you ask.`,
      remedy: 'Ask an administrator of the gateway. Groups are those of your last login.',
    }
  if (!coversScope(rule, wanted))
    return {
      rule,
      passed: 1,
      reason: `The request rule ${id} is for ${scopeText(rule)}.`,
      remedy: 'Ask for these, or for a part of them.',
    }
  if (wanted.seconds * 1_000 > rule.longest)
    return {
      rule,
      passed: 2,
      reason: `The request rule ${id} allows at most ${exactDurationInWords(rule.longest)}.`,
      remedy: 'Ask for a shorter time.',
    }
  return reasonFailure(rule, wanted.reason)
}

function reasonFailure(rule: RequestRule, text: string): Failure | null {
  if (rule.reason === null || rule.reason.pattern === null) return null
  const { prompt, pattern } = rule.reason
  const compiled = compileReasonPattern(pattern)
  if ('matches' in compiled && compiled.matches(text)) return null
  return {
    rule,
    passed: 3,
    reason: `The reason does not match the pattern of the request rule ${inMessage(rule.id)}: ${inMessage(pattern)}`,
    remedy: `Give as the reason: ${inMessage(prompt)}.`,
  }
}

function scopeText({ racks, apps }: RequestedScope): string {
  return `${patternsText('rack', racks)} and ${patternsText('app', apps)}`
}

function patternsText(noun: string, patterns: readonly string[]): string {
  if (patterns.includes('*')) return `all ${noun}s`
  return `the ${noun}${patterns.length === 1 ? '' : 's'} ${namesInMessage(patterns)}`
}

function askOthers(options: readonly RequestRule[]): string {
  const roles = [...new Set(options.map(({ role }) => role))]
  return roles.length === 0
    ? 'Ask an administrator of the gateway for the role.'
    : `The roles that you can ask for are: ${namesInMessage(roles)}.`
}

function denyRequest(document: Rules, { rule, reason, remedy }: Failure): Denial {
  return deny(rule.source ?? document.source, { rule: `request:${rule.id}`, reason, remedy })
}

function deny(source: string, { rule, reason, remedy }: Omit<Denial, 'source'>): Denial {
  return { rule, source, reason, remedy }
}
