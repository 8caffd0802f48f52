import { usePageSearch } from '../../../ui/navigation/page-search.ts'
import type { AppsSearch } from './apps-search.ts'

export const useAppsSearch = usePageSearch<AppsSearch>
