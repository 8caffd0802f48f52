import { useAppsSearch } from '../../use-apps-search.ts'
import { BuildList } from './build-list.tsx'
import { BuildView } from './build-view.tsx'

/** The builds of the app, or the one in the address. */
export default function BuildsTab() {
  const { open } = useAppsSearch().search
  return open === undefined ? <BuildList /> : <BuildView key={open} id={open} />
}
