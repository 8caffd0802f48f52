import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { useApp } from '../address/use-app.ts'
import { Log } from './log.tsx'

export default function LogsTab() {
  const { rack, app } = useApp()
  const { search } = useAppsSearch()
  const { service, process } = search
  const base = rackPath`/apps/${app}`
  if (process !== undefined)
    return <Log key={process} rack={rack} path={rackPath`/apps/${app}/processes/${process}/logs`} source={process} />
  if (service !== undefined)
    return <Log key={service} rack={rack} path={rackPath`/apps/${app}/services/${service}/logs`} source={service} />
  return <Log key={base} rack={rack} path={rackPath`/apps/${app}/logs`} />
}
