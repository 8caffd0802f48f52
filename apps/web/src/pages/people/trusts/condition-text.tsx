import type { Trust } from '@rack-gateway/gateway-api'
import { VisibleText } from '../../../ui/visible-text.tsx'

type Condition = Trust['conditions'][number]

/** Such as `is "74"`. */
function requirementOf({ equals, oneOf, pattern, empty }: Condition): string {
  if (equals !== undefined) return `is ${JSON.stringify(equals)}`
  if (oneOf !== undefined) return `is one of ${oneOf.map((value) => JSON.stringify(value)).join(', ')}`
  if (pattern !== undefined) return `matches ${pattern}`
  return empty === true ? 'is missing or empty' : 'has another requirement, which this page does not know'
}

export function ConditionText({ condition }: { readonly condition: Condition }) {
  return (
    <>
      <VisibleText as="code">{condition.claim}</VisibleText> <VisibleText>{requirementOf(condition)}</VisibleText>
    </>
  )
}
