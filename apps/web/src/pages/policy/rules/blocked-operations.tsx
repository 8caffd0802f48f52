import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

export function BlockedOperations({ matrix }: { readonly matrix: PolicyMatrix }) {
  const summaries = new Map(matrix.routes.map(({ id, summary }) => [id, summary]))
  return (
    <Card id="blocked" title="Blocked operations">
      <Table
        label="Operations and reasons"
        rows={matrix.blocked}
        keyOf={({ route }) => route}
        empty="No operation is blocked."
        columns={[
          { title: 'Operation', cell: ({ route }) => <Operation route={route} summary={summaries.get(route)} /> },
          { title: 'Reason', cell: ({ reason }) => reason },
          { title: 'What to do', cell: ({ next }) => next, secondary: true },
          { title: 'Line', cell: ({ source }) => <PolicySource source={source} /> },
        ]}
      />
      {matrix.unblocked.length > 0 && (
        <>
          <h3>Unblocked by the document</h3>
          <Stack as="ul" gap={2}>
            {matrix.unblocked.map(({ route, source }) => (
              <li key={route}>
                <Badge tone="warn">Unblocked</Badge> <Operation route={route} summary={summaries.get(route)} /> (
                <PolicySource source={source} />)
              </li>
            ))}
          </Stack>
        </>
      )}
    </Card>
  )
}

function Operation({ route, summary }: { readonly route: string; readonly summary: string | undefined }) {
  return (
    <>
      {summary}{' '}
      <code className="soft">
        <VisibleText>{route}</VisibleText>
      </code>
    </>
  )
}
