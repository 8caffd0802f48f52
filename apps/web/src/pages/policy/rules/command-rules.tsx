import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { conditionsText, listNames } from './conditions-text.ts'
import { RuleName } from './rule-name.tsx'

type CommandRule = PolicyMatrix['commandRules'][number]

export function CommandRules({ rules }: { readonly rules: readonly CommandRule[] }) {
  return (
    <Card id="commands" title="Command rules">
      <Table
        label="Commands and roles"
        rows={rules}
        keyOf={({ id }) => id}
        empty="No rule allows a command."
        columns={[
          { title: 'Command', cell: ({ command }) => <VisibleText as="code">{command}</VisibleText> },
          { title: 'Roles', cell: ({ roles }) => roles.join(', ') },
          { title: 'Only', cell: (rule) => limitsText(rule), secondary: true },
          { title: 'Rule', cell: ({ id, source }) => <RuleName id={id} source={source} /> },
        ]}
      />
    </Card>
  )
}

function limitsText(rule: CommandRule): string {
  const { services, racks, apps, modes, interactive, entrypoint, environment, releases, conditions } = rule
  return [
    `in the ${listNames('service', services)}`,
    racks && `on the ${listNames('rack', racks)}`,
    apps && `in the ${listNames('app', apps)}`,
    modes && `as ${modes.join(', ')}`,
    interactive !== undefined && (interactive ? 'with a terminal' : 'without a terminal'),
    entrypoint !== undefined && (entrypoint ? 'with the entrypoint' : 'without the entrypoint'),
    environment && environment.length > 0 && `with the environment keys ${environment.join(', ')}`,
    releases !== undefined && `of the ${releases} release`,
    conditions.length > 0 && conditionsText(conditions),
  ]
    .filter((text) => typeof text === 'string')
    .join('; ')
}
