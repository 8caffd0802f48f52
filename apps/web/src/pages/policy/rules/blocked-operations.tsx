import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import styles from './rules.module.css'

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
          <ul className={styles.entries}>
            {matrix.unblocked.map(({ route, source }) => (
              <li key={route}>
                <Badge tone="warn">Unblocked</Badge> <Operation route={route} summary={summaries.get(route)} /> (
                <PolicySource source={source} />)
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}

function Operation({ route, summary }: { readonly route: string; readonly summary: string | undefined }) {
  return (
    <>
      {summary} <code className="soft">{route}</code>
    </>
  )
}
