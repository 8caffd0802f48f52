import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { PolicySource } from '../../../ui/text/policy-source.tsx'
import { Time } from '../../../ui/time/time.tsx'

type StepUp = PolicyMatrix['stepUps'][number]

export function StepUpRequirements({ stepUps, enrollment }: Pick<PolicyMatrix, 'stepUps' | 'enrollment'>) {
  return (
    <Card id="second-factors" title="Second factors">
      {enrollment !== null && (
        <p>
          Every user needs a second factor from <Time at={enrollment.by} /> on (
          <PolicySource source={enrollment.source} />
          ).
        </p>
      )}
      <Table
        label="Step-ups; the strictest applies"
        rows={stepUps}
        keyOf={({ rule }) => rule}
        empty="No call on a rack needs a proof of a second factor."
        columns={[
          { title: 'What', cell: (one) => subjectText(one) },
          { title: 'Calls', cell: (one) => callsText(one) },
          { title: 'Proof', cell: ({ level }) => levelText(level) },
          { title: 'Except', cell: ({ except }) => except.join(', '), secondary: true },
          { title: 'Defined in', cell: ({ source }) => <PolicySource source={source} /> },
        ]}
      />
    </Card>
  )
}

function subjectText({ kind, name }: StepUp): string {
  return kind === 'management' ? 'Sensitive changes of the gateway' : `${kind} ${name}`
}

function callsText({ kind, permissions, racks, apps }: StepUp): string {
  if (kind !== 'rule') return ''
  const lists = [
    permissions === undefined ? 'every call' : permissions.join(', '),
    ...(racks === undefined ? [] : [`racks: ${racks.join(', ')}`]),
    ...(apps === undefined ? [] : [`apps: ${apps.join(', ')}`]),
  ]
  return lists.join('; ')
}

function levelText(level: StepUp['level']): string {
  if (level === null) return 'None'
  if (level.kind === 'always') return level.methods === 'passkey' ? 'Passkey, each time' : 'Any factor, each time'
  const minutes = (level.within ?? 0) / 60_000
  return `At most ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} old`
}
