import { useQuery } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { useApp } from './use-app.ts'

interface Asked {
  readonly release?: readonly string[]
  readonly build?: readonly string[]
}

/** Who created and promoted releases of the app, and who created builds. */
export function useLastChanges(asked: Asked) {
  const { rack, app } = useApp()
  return useQuery({
    // A refresh of the page reads this again, too.
    queryKey: ['rack', rack, `${rackPath`/apps/${app}`}/last-changes`, asked],
    queryFn: ({ signal }) => get('/last-changes', { query: { rack, app: [app], ...asked } }, signal),
    enabled: (asked.release ?? asked.build ?? []).length > 0,
  })
}
