import { useQuery } from '@tanstack/react-query'
import { get } from '../../../../api/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { useApp } from '../address/use-app.ts'

interface ItemIds {
  readonly release?: readonly string[]
  readonly build?: readonly string[]
}

/** Who created and promoted some releases of the app, or who created some builds. */
export function useItemChanges(ids: ItemIds) {
  const { rack, app } = useApp()
  return useQuery({
    // The key begins with `rack`, so that the refresh of a page includes this query, although it calls no rack.
    queryKey: ['rack', rack, `${rackPath`/apps/${app}`}/last-changes`, ids],
    queryFn: ({ signal }) => get('/last-changes', { query: { rack, app: [app], ...ids } }, signal),
    enabled: (ids.release ?? ids.build ?? []).length > 0,
  })
}
