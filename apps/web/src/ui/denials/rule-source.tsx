import { VisibleText } from '../text/visible-text.tsx'
import { type DenialFacts, ruleTarget } from './explain-denial.ts'
import { RuleLink } from './rule-link.tsx'

/** Where a rule is defined, as a link to it. */
export function RuleSource({ facts }: { readonly facts: DenialFacts }) {
  const { source = '', permission } = facts
  const target = ruleTarget(facts)
  if (target === null && source === 'gateway') return 'The gateway itself. No policy changes this rule.'
  if (target?.kind === 'permission')
    return (
      <>
        The roles of the caller. See <RuleLink facts={facts}>the roles with {permission}</RuleLink>.
      </>
    )
  return (
    <RuleLink facts={facts}>
      <VisibleText as="code">{source}</VisibleText>
    </RuleLink>
  )
}
