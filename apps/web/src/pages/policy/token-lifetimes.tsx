import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../ui/card.tsx'
import { PolicySource } from '../../ui/policy-source.tsx'
import { Table } from '../../ui/table.tsx'
import { RuleName } from './rule-name.tsx'

export function TokenLifetimes({ tokens }: { readonly tokens: PolicyMatrix['tokens'] }) {
  return (
    <Card title="Lifetime of API tokens">
      <p>
        At most {duration(tokens.maxAgeSeconds)}. Without an expiry, {duration(tokens.defaultAgeSeconds)} (
        <PolicySource source={tokens.source} />
        ).
      </p>
      {tokens.rules.length > 0 && (
        <Table
          label="Rules for API tokens; the strictest applies"
          rows={tokens.rules}
          keyOf={({ id }) => id}
          empty=""
          columns={[
            { title: 'At most', cell: ({ maxAgeSeconds }) => duration(maxAgeSeconds) },
            {
              title: 'Tokens with one of',
              cell: ({ roles = [], permissions = [] }) => [...roles, ...permissions].join(', '),
            },
            { title: 'Rule', cell: ({ id, source }) => <RuleName id={id} source={source} /> },
          ]}
        />
      )}
    </Card>
  )
}

/** Such as `90 days`, in the largest unit that divides `seconds`. @param seconds a whole number */
function duration(seconds: number): string {
  for (const [name, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const)
    if (seconds % size === 0) return `${seconds / size} ${name}${seconds === size ? '' : 's'}`
  return `${seconds} seconds`
}
