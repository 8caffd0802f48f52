import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { post } from '../../../api/client.ts'
import { ApiError } from '../../../api/errors/api-error.ts'
import { matrixQuery } from '../../../api/policy-queries.ts'
import { useMe } from '../../../api/queries.ts'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { QueryResult } from '../queries/query-result.tsx'
import { DecisionForm } from './decision-form.tsx'
import { DecisionResult } from './decision-result.tsx'
import { questionOf } from './question.ts'
import { SameEmail } from './same-email.tsx'

const route = getRouteApi('/policy')

/** The address contains the question, so that a link asks the same question. */
export function DecisionTab() {
  const me = useMe()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const matrix = useQuery(matrixQuery)
  const question = questionOf(search, matrix.data?.routes ?? [], me.racks[0])
  const decisions = useQuery({
    queryKey: ['policy', 'decision', question?.body],
    queryFn: () => post('/policy/decisions', { body: question?.body ?? { calls: [] } }),
    enabled: question !== null,
  })
  const ambiguous = decisions.error instanceof ApiError && decisions.data === undefined ? decisions.error.body : null
  return (
    <QueryResult query={matrix} what="the operations">
      {({ routes, names }) => (
        <>
          <DecisionForm
            routes={routes}
            runServices={names.runServices.map(({ name }) => name)}
            search={search}
            isAsking={decisions.isFetching}
          />
          {question !== null && (
            <Card
              title="Answer"
              actions={<CopyButton text={location.href} what="The link to this response" label="Copy link" />}
            >
              {ambiguous?.users ? (
                <SameEmail
                  reason={ambiguous.reason}
                  users={ambiguous.users}
                  onChoose={(as) => void navigate({ search: { ...search, as } })}
                />
              ) : (
                <QueryResult query={decisions} what="the response">
                  {(result) => <DecisionResult question={question} result={result} />}
                </QueryResult>
              )}
            </Card>
          )}
        </>
      )}
    </QueryResult>
  )
}
