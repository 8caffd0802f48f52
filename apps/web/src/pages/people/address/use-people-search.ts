import { usePageSearch } from '../../../ui/navigation/page-search.ts'
import type { PeopleSearch } from './people-search.ts'

export const usePeopleSearch = usePageSearch<PeopleSearch>
