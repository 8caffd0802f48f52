import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/card.tsx'
import { LineDifference } from '../../ui/line-difference.tsx'
import { policyQuery } from './policy-queries.ts'

export function TextDifference({ proposed }: { readonly proposed: string }) {
  const { data } = useQuery(policyQuery)
  if (data === undefined) return null
  return (
    <Card title="Changed lines">
      {data.text === null ? (
        <p>The built-in policy is in force, so there is no document to compare with.</p>
      ) : (
        <LineDifference before={data.text} after={proposed} />
      )}
    </Card>
  )
}
