import { Navigate } from '@tanstack/react-router'
import { useMe } from '../../../api/queries.ts'
import { useAppAccess } from '../../../api/rack-data/allowed.ts'
import { useApp } from './address/use-app.ts'
import { appTabs } from './app-tabs.ts'

/** Opens the first tab that the person can open. `AppPage` has loaded the decisions. */
export default function AppStart() {
  const { rack, app } = useApp()
  const name = appTabs(useAppAccess(rack, app).denialOf, useMe())[0]?.name ?? 'timeline'
  return <Navigate to={`/apps/$rack/$app/${name}`} params={{ rack, app }} search={{}} replace />
}
