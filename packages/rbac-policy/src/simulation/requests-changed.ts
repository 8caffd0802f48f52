import { exactDurationInWords } from '@rack-gateway/time'
import type { RequestRule, RequestSubject } from '../policy-document/policy-document.ts'
import { describeLevel } from '../step-up/step-up-level.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

/** The first rule that fits decides, so the order of the rules matters. */
export function requestsChanged(before: readonly RequestRule[], after: readonly RequestRule[]): PolicyChange[] {
  const [older, newer] = [byId(before), byId(after)]
  const order = `the order of the request rules is ${after.map(({ id }) => id).join(', ')}`
  return [
    ...after.flatMap((rule) => ruleChanged(older.get(rule.id), rule)),
    ...before
      .filter(({ id }) => !newer.has(id))
      .map(({ id, ...rule }) => changeForEveryone('denies', `the request rule ${id} was removed: ${ruleWords(rule)}`)),
    ...(isEqual(idsAlsoIn(newer, before), idsAlsoIn(older, after)) ? [] : [changeForEveryone('changes', order)]),
  ]
}

function ruleChanged(before: RequestRule | undefined, { id, ...rule }: RequestRule): PolicyChange[] {
  if (before === undefined) return [changeForEveryone('allows', `the request rule ${id} is new: ${ruleWords(rule)}`)]
  const { id: _, ...earlier } = before
  if (isEqual(earlier, rule)) return []
  const was = new Set(termsOf(earlier))
  const changed = termsOf(rule).filter((term) => !was.has(term))
  return [changeForEveryone('changes', `the request rule ${id} is now: ${changed.join('; ')}`)]
}

type Terms = Omit<RequestRule, 'id'>

function ruleWords(rule: Terms): string {
  return termsOf(rule).join('; ')
}

/** Each term names its subject, so that a changed one can be shown alone. Two different rules have different terms. */
function termsOf(rule: Terms): string[] {
  const { from, role, racks, apps, longest, workStarts, reason } = rule
  return [
    `${subjects(from)} can ask for the role ${role}`,
    `on racks: ${racks.join(', ')}`,
    `on apps: ${apps.join(', ')}`,
    `for at most ${exactDurationInWords(longest)}`,
    workStarts === 'firstUse' ? 'the time starts with the first use' : 'the time starts with the approval',
    ...decisionTerms(rule),
    reason === null
      ? 'the reason can be any text'
      : `the reason is "${reason.prompt}"${reason.pattern === null ? '' : ` and matches ${reason.pattern}`}`,
  ]
}

function decisionTerms({ reviewers, reviews, answerWithin, stepUp }: Terms): string[] {
  const isAutomatic = reviews === 0
  const level = stepUp?.level ?? null
  const proof = level === null ? 'no step-up' : describeLevel(level).replace(' your ', ' their ')
  return [
    isAutomatic
      ? 'the rule approves automatically'
      : `needs ${reviews === 1 ? '1 review' : `${reviews} reviews`} by ${subjects(reviewers)}`,
    ...(isAutomatic ? [] : [`lapses after ${exactDurationInWords(answerWithin)} without these reviews`]),
    `${isAutomatic ? 'who asks' : 'each reviewer'} needs ${proof}`,
  ]
}

function subjects(list: readonly RequestSubject[]): string {
  return list.map(({ kind, name }) => `${kind}:${name}`).join(', ')
}

function byId(rules: readonly RequestRule[]): ReadonlyMap<string, RequestRule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}

function idsAlsoIn(known: ReadonlyMap<string, RequestRule>, rules: readonly RequestRule[]): string[] {
  return rules.map(({ id }) => id).filter((id) => known.has(id))
}
