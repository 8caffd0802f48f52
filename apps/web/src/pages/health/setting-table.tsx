import type { Health } from '@rack-gateway/gateway-api'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { TextField } from '../../ui/controls/fields.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Table } from '../../ui/lists/table.tsx'

const sources: Readonly<Record<string, string>> = {
  environment: 'Environment variable',
  file: 'File',
  default: 'Default',
  unset: 'Not set',
}

export function SettingTable({ settings }: { readonly settings: Health['configuration'] }) {
  const { q = '' } = useSearch({ from: '/health' })
  const navigate = useNavigate()
  const searchText = q.toLowerCase()
  const rows = settings.filter(({ variable, value, source }) =>
    `${variable} ${value ?? ''} ${sources[source] ?? source}`.toLowerCase().includes(searchText),
  )
  return (
    <Card
      title="Configuration"
      actions={
        <TextField
          aria-label="Filter the configuration"
          placeholder="Filter"
          value={q}
          onChange={(text) => void navigate({ to: '/health', search: text === '' ? {} : { q: text }, replace: true })}
        />
      }
    >
      <Table
        label="Configuration"
        rows={rows}
        keyOf={({ variable }) => variable}
        empty="No variable matches."
        columns={[
          { title: 'Variable', cell: ({ variable }) => <code>{variable}</code> },
          { title: 'Value', cell: ({ value }) => value ?? '–' },
          {
            title: 'Source',
            cell: ({ source }) => <span className="soft">{sources[source] ?? source}</span>,
          },
        ]}
      />
    </Card>
  )
}
