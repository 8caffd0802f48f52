import { useAppsSearch } from '../../use-apps-search.ts'
import { NamedItem } from '../named-item.tsx'
import { BuildList } from './build-list.tsx'
import { BuildView } from './build-view.tsx'

export default function BuildsTab() {
  const { open } = useAppsSearch().search
  if (open === undefined) return <BuildList />
  return (
    <NamedItem id={open}>
      <BuildView key={open} id={open} />
    </NamedItem>
  )
}
