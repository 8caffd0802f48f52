import { useQuery } from '@tanstack/react-query'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { policyQuery } from '../../../api/policy-queries.ts'

interface DecisionSourceProps {
  readonly source: string
  /** The SHA-256 of the policy that decided. */
  readonly policy: string | undefined
}

/** The link leads to the document in force, which can differ from the document that decided. */
export function DecisionSource({ source, policy }: DecisionSourceProps) {
  const isLine = /:\d+$/.test(source)
  const { data } = useQuery({ ...policyQuery, enabled: isLine && policy !== undefined })
  return (
    <>
      <PolicySource source={source} />
      {isLine && data && policy !== undefined && data.policy !== policy && (
        <p>The document has changed since this event, so the line can contain another rule.</p>
      )}
    </>
  )
}
