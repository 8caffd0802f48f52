import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { get } from '../api/client.ts'
import { versionQuery } from '../api/queries.ts'
import { Button } from '../ui/controls/button.tsx'
import { Page } from '../ui/layout/page.tsx'
import { Problem } from '../ui/problems/problem.tsx'
import { Spinner } from '../ui/status/spinner.tsx'

/** A file of a page is missing after an update of the gateway, and while the gateway is not reachable. */
export function MissingFile() {
  const openedWith = useQueryClient().getQueryData(versionQuery.queryKey)?.gateway
  const { data, error, isFetching, refetch } = useQuery(currentVersionQuery)
  async function tryAgain() {
    // A failed import is never repeated, so only a reload loads the file.
    if ((await refetch()).error === null) location.reload()
  }
  return (
    <Page title="This page could not be loaded">
      {isFetching && data === undefined && <Spinner label="Asking the gateway" />}
      {error && <Problem error={error} retry={() => void tryAgain()} />}
      {data && (
        <Problem
          error={new Error(reasonFor(openedWith, data.gateway))}
          action={<Button onPress={() => location.reload()}>Reload the page</Button>}
        />
      )}
    </Page>
  )
}

function reasonFor(openedWith: string | undefined, version: string): string {
  return openedWith === undefined || openedWith === version
    ? 'The gateway is reachable, but a file of this page could not be loaded.'
    : `The gateway was updated from version ${openedWith} to ${version} since you opened the console.`
}

const currentVersionQuery = queryOptions({
  queryKey: ['version', 'now'],
  queryFn: ({ signal }) => get('/version', {}, signal),
  retry: false,
  staleTime: 0,
  gcTime: 0,
})
