import { useAppsSearch } from '../../address/use-apps-search.ts'
import { NamedItem } from '../items/named-item.tsx'
import { ReleaseList } from './release-list.tsx'
import { ReleaseView } from './release-view.tsx'

export default function ReleasesTab() {
  const { open } = useAppsSearch().search
  if (open === undefined) return <ReleaseList />
  return (
    <NamedItem id={open}>
      <ReleaseView key={open} id={open} />
    </NamedItem>
  )
}
