import { useQuery } from '@tanstack/react-query'
import { policyQuery } from '../../../api/policy-queries.ts'
import type { DenialFacts } from '../../../ui/denials/explain-denial.ts'
import { RuleSource } from '../../../ui/denials/rule-source.tsx'

interface DecisionSourceProps {
  readonly facts: DenialFacts
  /** The SHA-256 of the policy that decided. */
  readonly policy: string | undefined
}

/** The link leads to the document in force, which can differ from the document that decided. */
export function DecisionSource({ facts, policy }: DecisionSourceProps) {
  const isLine = /:\d+$/.test(facts.source ?? '')
  const { data } = useQuery({ ...policyQuery, enabled: isLine && policy !== undefined })
  return (
    <>
      <RuleSource facts={facts} />
      {isLine && data && policy !== undefined && data.policy !== policy && (
        <p>The document has changed since this event, so the line can contain another rule.</p>
      )}
    </>
  )
}
