import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { post } from '../../../api/client.ts'
import { matrixQuery } from '../../../api/policy-queries.ts'
import { useMe } from '../../../api/queries.ts'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { QueryResult } from '../queries/query-result.tsx'
import { DecisionForm } from './decision-form.tsx'
import { DecisionResult } from './decision-result.tsx'
import { questionOf } from './question.ts'

const route = getRouteApi('/policy')

/** The address contains the question, so that a link asks the same question. */
export function DecisionTab() {
  const me = useMe()
  const search = route.useSearch()
  const matrix = useQuery(matrixQuery)
  const question = questionOf(search, matrix.data?.routes ?? [], me.racks[0])
  const decisions = useQuery({
    queryKey: ['policy', 'decision', question?.body],
    queryFn: () => post('/policy/decisions', { body: question?.body ?? { calls: [] } }),
    enabled: question !== null,
  })
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
              <QueryResult query={decisions} what="the response">
                {(result) => <DecisionResult question={question} result={result} />}
              </QueryResult>
            </Card>
          )}
        </>
      )}
    </QueryResult>
  )
}
