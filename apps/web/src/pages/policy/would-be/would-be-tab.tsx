import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { get } from '../../../api/client.ts'
import { ApiError, NoResponse } from '../../../api/errors/api-error.ts'
import { matrixQuery } from '../../../api/policy-queries.ts'
import { useMe } from '../../../api/queries.ts'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { RefreshButton } from '../../../ui/controls/refresh-button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { mergeSearch } from '../../../ui/navigation/page-search.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { defaultReportRange, type PolicySearch } from '../address/policy-search.ts'
import { WouldBeResult } from './would-be-result.tsx'

const route = getRouteApi('/policy')
const queryKind = 'would-be'

const ranges = [
  { value: '24h', label: 'the last 24 hours' },
  { value: defaultReportRange, label: 'the last 7 days' },
  { value: '30d', label: 'the last 30 days' },
] as const

/** The gateway counts a question that another filter aborted until it notices the abort, so the next one is repeated. */
const busyRetries = { attempts: 10, pause: 500 }

function wouldBeQuery(since: string, rack: string | undefined) {
  return queryOptions({
    queryKey: [queryKind, since, rack],
    queryFn: ({ signal }) => get('/policy/would-be', { query: { since, rack } }, signal),
    // Each question is an audit event, so the tab asks again only after a while, or when the person refreshes it.
    staleTime: 300_000,
    placeholderData: keepPreviousData,
    retry: (count, error) =>
      error instanceof ApiError
        ? error.status === 429 && count < busyRetries.attempts
        : error instanceof NoResponse && count < 2,
    retryDelay: busyRetries.pause,
  })
}

/** What the policy would deny if observe mode ended. */
export function WouldBeTab() {
  const me = useMe()
  const { since = defaultReportRange, rack = '', ...search } = route.useSearch()
  const navigate = route.useNavigate()
  const report = useQuery(wouldBeQuery(since, rack === '' ? undefined : rack))
  const matrix = useQuery(matrixQuery)
  const change = (changes: { readonly [N in keyof PolicySearch]: string | undefined }) =>
    void navigate({ search: (before) => mergeSearch(before, changes) })
  const isLoading = report.isFetching || matrix.isPending
  return (
    <Card title="Denied if enforced" actions={<RefreshButton queryKind={queryKind} />}>
      <p>
        Calls that observe mode allowed and calls that the CLI stopped, decided again by the policy and the bindings in
        force. The audit log records each time that somebody reads this list.
      </p>
      <Row gap={3}>
        <SelectField
          isInline
          label="Calls from"
          value={since}
          onChange={(value) => change({ since: value === defaultReportRange ? undefined : value })}
          options={ranges}
        />
        <SelectField
          isInline
          label="Rack"
          value={rack}
          onChange={(value) => change({ rack: value })}
          options={[
            { value: '', label: 'All' },
            ...[...new Set([...me.racks, ...(rack === '' ? [] : [rack])])].map((name) => ({
              value: name,
              label: name,
            })),
          ]}
        />
        {isLoading && <Spinner label="Deciding recorded calls again" />}
      </Row>
      {report.error && <Problem error={report.error} retry={() => void report.refetch()} />}
      {report.data && matrix.data && (
        <WouldBeResult
          report={report.data}
          routes={matrix.data.routes}
          scope={{ since, rack }}
          sort={search.sort}
          onSort={(sort) => change({ sort })}
        />
      )}
    </Card>
  )
}
