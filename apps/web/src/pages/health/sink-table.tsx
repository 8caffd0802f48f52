import type { Health } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/badge.tsx'
import { Table } from '../../ui/table.tsx'

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
