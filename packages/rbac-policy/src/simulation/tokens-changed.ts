import { joinWithAnd } from '@rack-gateway/command-matcher'
import { durationInWords } from '@rack-gateway/time'
import type { TokenRule, TokenTerms } from '../policy-document/policy-document.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

export function tokensChanged(before: TokenTerms, after: TokenTerms): PolicyChange[] {
  const [older, newer] = [byId(before.rules), byId(after.rules)]
  const removed = before.rules.filter(({ id }) => !newer.has(id))
  return [
    ...(before.maxAge === after.maxAge
      ? []
      : [
          changeForEveryone(
            effectOf(before.maxAge, after.maxAge),
            `the maximum lifetime of an API token is ${words(after.maxAge)}`,
          ),
        ]),
    ...(before.defaultAge === after.defaultAge
      ? []
      : [changeForEveryone('changes', `the default lifetime of an API token is ${words(after.defaultAge)}`)]),
    ...after.rules.flatMap((rule) => ruleChanged(older.get(rule.id), rule)),
    ...removed.map((rule) => changeForEveryone('allows', `the token rule ${rule.id} was removed: ${ruleWords(rule)}`)),
  ]
}

function effectOf(before: number, after: number): 'allows' | 'denies' {
  return after > before ? 'allows' : 'denies'
}

function ruleChanged(before: TokenRule | undefined, rule: TokenRule): PolicyChange[] {
  if (isEqual(before, rule)) return []
  const what = `the token rule ${rule.id} is: ${ruleWords(rule)}`
  if (before === undefined) return [changeForEveryone('denies', what)]
  const onlyAgeDiffers = isEqual({ ...before, maxAge: 0 }, { ...rule, maxAge: 0 })
  return [changeForEveryone(onlyAgeDiffers ? effectOf(before.maxAge, rule.maxAge) : 'changes', what)]
}

function ruleWords({ maxAge, roles = [], permissions = [] }: TokenRule): string {
  const what = [
    ...(roles.length === 0 ? [] : [`the roles ${joinWithAnd(roles)}`]),
    ...(permissions.length === 0 ? [] : [`the permissions ${joinWithAnd(permissions)}`]),
  ]
  return `at most ${words(maxAge)} for ${what.join(' and ')}`
}

const words = durationInWords

function byId(rules: readonly TokenRule[]): ReadonlyMap<string, TokenRule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}
