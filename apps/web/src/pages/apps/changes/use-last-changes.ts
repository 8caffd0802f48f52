import type { LastChanges } from '@rack-gateway/gateway-api'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

type LastChange = LastChanges['apps'][number]['last']

/** The largest number of apps in one call. */
const maxApps = 100

/** Calls no rack. Its key begins like that of rack queries, so a refresh of the page reads it again, too. */
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
  /** Null: nobody changed it in the last year; undefined: it is not known yet. */
  readonly lastChangeOf: (app: OneApp) => LastChange | undefined
  readonly error: Error | null
  readonly retry: () => void
}

/** Who changed each app last, as the audit log knows it. */
export function useLastChanges(apps: readonly OneApp[]): LastChangesOfApps {
  const groups = groupApps(apps)
  const answers = useQueries({ queries: groups.map(({ rack, names }) => lastChangesQuery(rack, names)) })
  const lastChanges = new Map<string, LastChange>()
  for (const [index, { data }] of answers.entries())
    for (const { app, last } of data?.apps ?? []) lastChanges.set(`${groups[index]?.rack}/${app}`, last)
  const failed = answers.filter(({ error }) => error !== null)
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
