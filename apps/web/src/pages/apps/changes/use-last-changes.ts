import type { LastChanges } from '@rack-gateway/gateway-api'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

type LastChange = LastChanges['apps'][number]['last']

/** The gateway accepts at most this many apps in one call. */
const maxApps = 100

/** Calls no rack. The key begins with `rack`, so that the refresh of a page includes this query. */
function lastChangesQuery(rack: string, app: readonly string[]) {
  return queryOptions({
    queryKey: ['rack', rack, 'last-changes', app],
    queryFn: ({ signal }) => get('/last-changes', { query: { rack, app: [...app] } }, signal),
  })
}

interface OneApp {
  readonly rack: string
  readonly app: string
}

interface LastChangesOfApps {
  /** Null: nobody changed the app in the last year; undefined: not loaded. */
  readonly lastChangeOf: (app: OneApp) => LastChange | undefined
  readonly error: Error | null
  readonly retry: () => void
}

export function useLastChanges(apps: readonly OneApp[]): LastChangesOfApps {
  const groups = groupApps(apps)
  const results = useQueries({ queries: groups.map(({ rack, names }) => lastChangesQuery(rack, names)) })
  const lastChanges = new Map<string, LastChange>()
  for (const [index, { data }] of results.entries())
    for (const { app, last } of data?.apps ?? []) lastChanges.set(`${groups[index]?.rack}/${app}`, last)
  const failed = results.filter(({ error }) => error !== null)
  return {
    lastChangeOf: ({ rack, app }) => lastChanges.get(`${rack}/${app}`),
    error: failed[0]?.error ?? null,
    retry: () => failed.map(({ refetch }) => refetch()),
  }
}

function groupApps(apps: readonly OneApp[]) {
  const groups: { readonly rack: string; readonly names: string[] }[] = []
  for (const { rack, app } of apps) {
    const group = groups.findLast((one) => one.rack === rack && one.names.length < maxApps)
    if (group === undefined) groups.push({ rack, names: [app] })
    else group.names.push(app)
  }
  return groups
}
