import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { exactDurationInWords } from '@rack-gateway/time'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { RuleName } from './rule-name.tsx'

export function TokenLifetimes({ tokens }: { readonly tokens: PolicyMatrix['tokens'] }) {
  return (
    <Card id="tokens" title="Lifetime of API tokens">
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

function duration(seconds: number): string {
  return exactDurationInWords(seconds * 1_000)
}
