import type { Impact, ImpactChange } from '@rack-gateway/gateway-api'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'

const numberFormat = new Intl.NumberFormat()

export function ImpactResult({ impact }: { readonly impact: Impact }) {
  const { calls, since, allowed, denied, cut, changes, more } = impact
  return (
    <Stack gap={2}>
      <Row as="p">
        <Badge tone="deny">Newly denied: {numberFormat.format(denied)}</Badge>
        <Badge tone="allow">Newly allowed: {numberFormat.format(allowed)}</Badge>
        <span>
          Calls since <Time at={cut?.from ?? since} />: {numberFormat.format(calls)}
        </span>
      </Row>
      <Table
        label="Calls that would be decided differently"
        rows={changes}
        keyOf={(change) => JSON.stringify(change)}
        empty="No call would be decided differently."
        columns={[
          { title: 'Result', cell: ({ effect }) => <Effect effect={effect} /> },
          { title: 'Calls', cell: (change) => numberFormat.format(change.count) },
          { title: 'Who', cell: ({ principal }) => principal.name },
          { title: 'What', cell: (change) => <Call change={change} /> },
          { title: 'Why', cell: ({ reason }) => reason, secondary: true },
          { title: 'Last', cell: ({ last }) => <Time at={last} kind="relative" />, secondary: true },
        ]}
      />
      <StepUps stepUp={impact.stepUp} />
      <ul className="soft">
        {omissionsOf(impact).map((text) => (
          <li key={text}>{text}</li>
        ))}
        {more > 0 && (
          <li>
            {numberFormat.format(more)} less frequent {more === 1 ? 'change is' : 'changes are'} not shown.
          </li>
        )}
      </ul>
    </Stack>
  )
}

function StepUps({ stepUp: { prompts, users, denied, requirements } }: Pick<Impact, 'stepUp'>) {
  if (requirements.length === 0 && denied === 0) return null
  return (
    <>
      <p>
        Step-ups: {counted(prompts, 'prompt')} for {counted(users, 'user')}, if every user has a second factor.
        {denied > 0 &&
          ` ${counted(denied, 'call')} of API tokens and CI jobs would be denied, because they cannot prove a second factor.`}
      </p>
      {requirements.length > 0 && (
        <Table
          label="Step-ups by requirement"
          rows={requirements}
          keyOf={({ rule }) => rule}
          empty=""
          columns={[
            { title: 'Requirement', cell: ({ rule }) => rule },
            { title: 'Prompts', cell: (one) => numberFormat.format(one.prompts) },
            { title: 'Users', cell: (one) => numberFormat.format(one.users) },
            { title: 'Calls', cell: (one) => numberFormat.format(one.calls) },
          ]}
        />
      )}
    </>
  )
}

function counted(number: number, noun: string): string {
  return `${numberFormat.format(number)} ${noun}${number === 1 ? '' : 's'}`
}

function Effect({ effect }: Pick<ImpactChange, 'effect'>) {
  return effect === 'denies' ? <Badge tone="deny">Denied</Badge> : <Badge tone="allow">Allowed</Badge>
}

function Call({ change: { route, rack, app, command } }: { readonly change: ImpactChange }) {
  return (
    <>
      <VisibleText as="code">{route}</VisibleText> on{' '}
      <VisibleText>{app === null ? rack : `${rack}, ${app}`}</VisibleText>
      {command !== null && (
        <>
          : <VisibleText as="code">{command}</VisibleText>
        </>
      )}
    </>
  )
}

function omissionsOf({ cut, unclear, packages }: Impact): readonly string[] {
  return [
    ...(cut === null
      ? []
      : [
          `Only the newest calls were evaluated, because ${cut.by === 'time' ? 'the time limit' : 'the limit of calls'} was reached.`,
        ]),
    ...(unclear === 0
      ? []
      : [`${leftOut(unclear)}, because roles or the policy have changed, or the event lacks details.`]),
    packages === 0
      ? 'Policy packages were not included.'
      : `${leftOut(packages)}, because a policy package denied ${packages === 1 ? 'it' : 'them'}.`,
  ]
}

function leftOut(calls: number): string {
  return `${numberFormat.format(calls)} ${calls === 1 ? 'call was' : 'calls were'} left out`
}
