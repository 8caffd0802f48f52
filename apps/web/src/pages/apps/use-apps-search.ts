import { usePageSearch } from '../../ui/page-search.ts'
import type { AppsSearch } from './search.ts'

export const useAppsSearch = usePageSearch<AppsSearch>
