import type { LastChanges } from '@rack-gateway/gateway-api'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

type LastChange = LastChanges['apps'][number]['last']

/** The gateway answers for so many apps at once. */
const mostApps = 100

/** Asks no rack. It is read again together with what racks answer. */
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
  /** Null: nobody changed it; undefined: it is not known yet. */
  readonly lastChangeOf: (app: OneApp) => LastChange | undefined
  readonly error: Error | null
  readonly retry: () => void
}

/** Who changed each app last, as the audit log knows it. */
export function useLastChanges(apps: readonly OneApp[]): LastChangesOfApps {
  const groups = groupApps(apps)
  const answers = useQueries({ queries: groups.map(({ rack, names }) => lastChangesQuery(rack, names)) })
  const found = new Map<string, LastChange>()
  for (const [index, { data }] of answers.entries())
    for (const { app, last } of data?.apps ?? []) found.set(`${groups[index]?.rack}/${app}`, last)
  const failed = answers.filter(({ error }) => error !== null)
  return {
    lastChangeOf: ({ rack, app }) => found.get(`${rack}/${app}`),
    error: failed[0]?.error ?? null,
    retry: () => failed.map(({ refetch }) => refetch()),
  }
}

function groupApps(apps: readonly OneApp[]) {
  const groups: { readonly rack: string; readonly names: string[] }[] = []
  for (const { rack, app } of apps) {
    const open = groups.findLast((group) => group.rack === rack && group.names.length < mostApps)
    if (open === undefined) groups.push({ rack, names: [app] })
    else open.names.push(app)
  }
  return groups
}
