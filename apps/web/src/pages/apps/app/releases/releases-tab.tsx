import { useAppsSearch } from '../../use-apps-search.ts'
import { ReleaseList } from './release-list.tsx'
import { ReleaseView } from './release-view.tsx'

/** The releases of the app, or the one in the address. */
export default function ReleasesTab() {
  const { open } = useAppsSearch().search
  return open === undefined ? <ReleaseList /> : <ReleaseView key={open} id={open} />
}
