import type { Health } from '@rack-gateway/gateway-api'
import { Table } from '../../ui/lists/table.tsx'
import { Badge } from '../../ui/status/badge.tsx'

export function SinkTable({ sinks }: { readonly sinks: Health['sinks'] }) {
  return (
    <Table
      label="Sinks"
      rows={sinks}
      keyOf={({ name }) => name}
      empty="No sink is configured, so events go to no other system."
      columns={[
        { title: 'Name', cell: ({ name }) => name },
        { title: 'Kind', cell: ({ kind }) => kind, secondary: true },
        {
          title: 'State',
          cell: ({ state }) => (
            <Badge tone={state === 'delivering' ? 'allow' : 'warn'}>
              {state === 'delivering' ? 'Delivering' : 'Degraded'}
            </Badge>
          ),
        },
        { title: 'Waiting', cell: ({ lagEvents }) => lagEvents.toLocaleString() },
        { title: 'Behind', cell: ({ lagSeconds }) => `${Math.round(lagSeconds).toLocaleString()} s` },
        { title: 'Delivered', cell: ({ delivered }) => delivered.toLocaleString(), secondary: true },
        { title: 'Failures', cell: ({ failures }) => failures.toLocaleString() },
        { title: 'Rejected', cell: ({ dead }) => dead.toLocaleString() },
      ]}
    />
  )
}
