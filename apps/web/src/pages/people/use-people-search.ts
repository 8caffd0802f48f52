import { usePageSearch } from '../../ui/navigation/page-search.ts'
import type { PeopleSearch } from './search.ts'

export const usePeopleSearch = usePageSearch<PeopleSearch>
