import type { PolicyMatrix, WouldBe } from '@rack-gateway/gateway-api'
import { useMe } from '../../../api/queries.ts'
import { CommandLine } from '../../../ui/controls/command-line.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { useIsFuture } from '../../../ui/observe-mode/use-is-future.ts'
import { wouldBeWords } from '../../../ui/observe-mode/would-be-badge.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { counted, omissionsOf } from './omissions.ts'
import { WouldBeTable } from './would-be-table.tsx'

interface WouldBeResultProps {
  readonly report: WouldBe
  readonly routes: PolicyMatrix['routes']
  /** What was asked. `rack` is empty for all racks. */
  readonly scope: { readonly since: string; readonly rack: string }
  readonly sort: string | undefined
  readonly onSort: (sort: string | undefined) => void
}

export function WouldBeResult({ report, routes, scope, sort, onSort }: WouldBeResultProps) {
  const { calls, since, cut, rows, more } = report
  const omissions = omissionsOf(report)
  return (
    <Stack gap={3}>
      <Row as="p" role="status">
        {(['deny', 'require'] as const).map((effect) => {
          const count = rows.reduce((sum, row) => sum + (row.effect === effect ? row.count : 0), 0)
          return (
            count > 0 && (
              <Badge key={effect} tone="warn">
                {wouldBeWords[effect]}: {more > 0 && 'at least '}
                {counted(count, 'call')}
              </Badge>
            )
          )
        })}
        <span>
          {rows.length > 0 && 'Of '}
          {counted(calls, 'recorded call')} since <Time at={cut?.from ?? since} />
        </span>
      </Row>
      {rows.length === 0 ? (
        <NothingDenied report={report} rack={scope.rack} />
      ) : (
        <WouldBeTable rows={rows} routes={routes} sort={sort} onSort={onSort} />
      )}
      {omissions.length > 0 && (
        <ul className="soft">
          {omissions.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {rows.length > 0 && <NextStep {...scope} />}
    </Stack>
  )
}

function NextStep({ since, rack }: WouldBeResultProps['scope']) {
  return (
    <Stack as="section" gap={2} aria-label="Next step">
      <h3>Next step</h3>
      <p>
        Let the gateway suggest roles, bindings, and command rules that allow what the team did, and little else. The
        command writes files, and applies nothing.
      </p>
      <CommandLine>{`rack-gateway policy suggest --since ${since}${rack === '' ? '' : ` --rack ${rack}`}`}</CommandLine>
    </Stack>
  )
}

/** An empty list means something else while a rack is in observe mode. */
function NothingDenied({ report, rack }: { readonly report: WouldBe; readonly rack: string }) {
  const { observing = {} } = useMe()
  const observed = rack === '' ? Object.values(observing)[0] : observing[rack]
  const isObserving = useIsFuture(observed?.until)
  if (!isObserving)
    return (
      <p>
        {report.calls === 0 ? 'No call was recorded.' : 'The policy would deny none of these calls.'}{' '}
        {rack === '' ? 'None of your racks is in observe mode' : 'The rack is not in observe mode'}, so the policy is
        enforced. To see what a policy would deny without stopping anybody, an operator sets{' '}
        <code>POLICY_MODE_{'<RACK>'}=observe</code> and <code>POLICY_OBSERVE_UNTIL</code>, and restarts the gateway.
      </p>
    )
  if (report.calls === 0)
    return <p>Nothing was observed yet. Let the team work as usual, and refresh this list after the next calls.</p>
  return (
    <p>
      The policy would deny none of these calls. If they cover the usual work of the team, an operator can end observe
      mode: remove <code>POLICY_MODE</code> and <code>POLICY_OBSERVE_UNTIL</code>, and restart the gateway.
    </p>
  )
}
