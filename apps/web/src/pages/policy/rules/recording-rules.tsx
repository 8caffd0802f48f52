import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { listNames } from './conditions-text.ts'
import { RuleName } from './rule-name.tsx'

type RecordingRule = PolicyMatrix['recordings'][number]

export function RecordingRules({ rules }: { readonly rules: readonly RecordingRule[] }) {
  return (
    <Card title="Session recordings">
      <Table
        label="Recording rules; the first match applies"
        rows={rules}
        keyOf={({ id }) => id}
        empty="No session is recorded."
        columns={[
          { title: 'Mode', cell: ({ mode, input }) => `${mode}${input ? ', with input' : ''}` },
          { title: 'Only', cell: (rule) => limitsText(rule) || 'All sessions' },
          { title: 'Rule', cell: ({ id, source }) => <RuleName id={id} source={source} /> },
        ]}
      />
    </Card>
  )
}

function limitsText({ sessions, racks, apps, commands }: RecordingRule): string {
  return [
    sessions && `sessions of the kind ${sessions.join(', ')}`,
    racks && `on the ${listNames('rack', racks)}`,
    apps && `in the ${listNames('app', apps)}`,
    commands && `of the ${listNames('command', commands)}`,
  ]
    .filter((text) => text !== undefined)
    .join('; ')
}
