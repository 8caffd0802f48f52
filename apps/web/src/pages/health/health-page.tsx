import type { Health } from '@rack-gateway/gateway-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { get } from '../../api/client.ts'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Grid } from '../../ui/layout/grid.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Facts } from '../../ui/lists/facts.tsx'
import { Problem } from '../../ui/problems/problem.tsx'
import { Badge } from '../../ui/status/badge.tsx'
import { Spinner } from '../../ui/status/spinner.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Time } from '../../ui/time/time.tsx'
import { nextRackRequest, rackWait } from '../overview/queries/rack-wait.ts'
import { RackList } from '../overview/racks/rack-list.tsx'
import { CheckList } from './check-list.tsx'
import { SettingTable } from './setting-table.tsx'
import { SinkTable } from './sink-table.tsx'

export default function HealthPage() {
  const { data, error, isPending, refetch } = useQuery(healthQuery)
  return (
    <Page
      title="Health"
      summary={
        data && (
          <>
            The health of one gateway process, checked <Time at={data.checkedAt} kind="relative" />.
          </>
        )
      }
      actions={<RefreshButton queryKind="health" />}
    >
      {isPending && <Spinner label="Checking the gateway" />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Card title="Checks">
            <CheckList checks={data.checks} />
          </Card>
          <Grid column="card" gap={4}>
            <Card title="Racks">
              <RackList racks={data.racks} waitingFor={data.waitingFor} maxRows={Number.POSITIVE_INFINITY} />
            </Card>
            <Card title="Database">
              <DatabaseFacts database={data.database} />
            </Card>
            <Card title="Identity provider">
              <ProviderFacts provider={data.identityProvider} />
            </Card>
            <Card title="Stores">
              <StoreFacts stores={data.stores} />
            </Card>
          </Grid>
          <Card title="Sinks of the audit log">
            <SinkTable sinks={data.sinks} />
          </Card>
          <SettingTable settings={data.configuration} />
        </>
      )}
    </Page>
  )
}

const protections: Readonly<Record<string, string>> = {
  prevented: 'Prevented: the runtime login cannot change events',
  detected: 'Detected, not prevented: the runtime login could change events',
}

function DatabaseFacts({ database }: { readonly database: Health['database'] }) {
  const { reachable, version, login, latencyMs, tampering } = database
  if (!reachable) return <Badge tone="deny">Not reachable</Badge>
  return (
    <Facts
      isWide
      facts={[
        ['State', <Badge key="state" tone="allow">{`Reachable in ${latencyMs} ms`}</Badge>],
        ['PostgreSQL', version],
        ['Login', <code key="login">{login}</code>],
        ['Tampering', protections[tampering ?? ''] ?? tampering],
      ]}
    />
  )
}

function ProviderFacts({ provider }: { readonly provider: Health['identityProvider'] }) {
  if (provider === null) return <p>No identity provider is configured, so nobody can log in with a browser.</p>
  const { issuer, reachable, why } = provider
  return (
    <Facts
      isWide
      facts={[
        [
          'State',
          <Badge key="state" tone={reachable ? 'allow' : 'deny'}>
            {reachable ? 'Reachable' : 'Not usable'}
          </Badge>,
        ],
        why === null ? null : ['Why', why],
        ['Issuer', issuer],
      ]}
    />
  )
}

const queryKey = ['health'] as const

const healthQuery = queryOptions({
  queryKey,
  queryFn: ({ client, signal }) => get('/health', { query: rackWait(client.getQueryData<Health>(queryKey)) }, signal),
  refetchInterval: ({ state }) => nextRackRequest(state),
})

type Stores = Health['stores']

function StoreFacts({ stores: { recordings, archives, checkpoints } }: { readonly stores: Stores }) {
  return (
    <Facts
      isWide
      facts={[
        ['Recordings', <RecordingState key="recordings" recordings={recordings} />],
        [
          'Audit log',
          archives.oldestMonth === null
            ? 'Its oldest month is unknown'
            : `In the database from ${archives.oldestMonth} on`,
        ],
        ['Archives', archives.archivedMonth === null ? 'No month is archived' : `Up to ${archives.archivedMonth}`],
        checkpoints.length === 0 ? ['Checkpoints', 'No copies are made'] : null,
        ...checkpoints.map(({ place, number, state }): readonly [string, ReactNode] => [
          'Checkpoints',
          <span key={place}>
            <Badge tone={state === 'current' ? 'allow' : 'warn'}>{state}</Badge> <VisibleText>{place}</VisibleText>, up
            to number {number}
          </span>,
        ]),
      ]}
    />
  )
}

function RecordingState({ recordings }: { readonly recordings: Stores['recordings'] }) {
  if (recordings === null) return 'Sessions are not recorded'
  const { open, waitingBytes, failing, lostBytes } = recordings
  return (
    <>
      <Badge tone={failing > 0 ? 'deny' : 'allow'}>{failing > 0 ? `${failing} cannot be stored` : 'Stored'}</Badge>{' '}
      {open} open, {waitingBytes.toLocaleString()} bytes waiting
      {lostBytes > 0 && `, ${lostBytes.toLocaleString()} bytes are missing`}
    </>
  )
}
