import { readDuration } from '@rack-gateway/time'
import { type Static, Type } from 'typebox'
import type { TokenTerms } from '../policy-document/policy-document.ts'
import { ageProblem } from '../policy-document/token-terms.ts'
import { closed, narrowingList, type ReadContext } from './lists.ts'

const Age = Type.String({ description: 'a duration from 1h to 3650d, such as 90d' })

const WrittenTokenRule = Type.Object(
  {
    maxAge: Age,
    roles: narrowingList('names of roles'),
    permissions: narrowingList('permissions, such as [release:*]'),
  },
  { ...closed, description: 'a token rule: maxAge, and roles or permissions' },
)

/** The section `tokens` of a policy document. */
export const WrittenTokens = Type.Object(
  {
    maxAge: Type.Optional(Age),
    defaultAge: Type.Optional(Age),
    rules: Type.Optional(
      Type.Record(Type.String(), WrittenTokenRule, { description: 'a mapping of IDs to token rules' }),
    ),
  },
  { ...closed, description: 'maxAge, defaultAge, and rules' },
)
export type WrittenTokens = Static<typeof WrittenTokens>

/** Merges the token limits of a document with the built-in limits. A shorter maximum also shortens the default. */
export function tokenTerms(
  base: TokenTerms,
  { maxAge: maxText, defaultAge: defaultText, rules }: WrittenTokens,
  { lineOf, problems }: ReadContext,
): TokenTerms {
  function ageAt(at: readonly string[], text: string): number {
    const problem = ageProblem(text)
    if (problem !== null) problems.push({ at: [...at], text: `${at.join('.')} ${problem}` })
    return readDuration(text) ?? 0
  }

  const maxAge = maxText === undefined ? base.maxAge : ageAt(['tokens', 'maxAge'], maxText)
  const source = maxText === undefined ? base.source : lineOf(['tokens', 'maxAge'])
  return {
    maxAge,
    defaultAge:
      defaultText === undefined ? Math.min(base.defaultAge, maxAge) : ageAt(['tokens', 'defaultAge'], defaultText),
    rules:
      rules === undefined
        ? base.rules
        : Object.entries(rules).map(([id, { maxAge: age, ...rule }]) => ({
            id,
            maxAge: ageAt(['tokens', 'rules', id, 'maxAge'], age),
            ...rule,
            source: lineOf(['tokens', 'rules', id]),
          })),
    ...(source !== undefined && { source }),
  }
}
