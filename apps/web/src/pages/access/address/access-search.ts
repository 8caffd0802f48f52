import { readPageSearch } from '../../../ui/navigation/page-search.ts'

export interface AccessSearch {
  /** The column by which the sessions are sorted, such as `last-used`, or `-last-used` for the opposite order. */
  readonly sort?: string
}

export function validateAccessSearch(search: Readonly<Record<string, unknown>>): AccessSearch {
  return readPageSearch(search, ['sort'])
}
