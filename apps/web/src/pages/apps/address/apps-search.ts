import { readPageSearch } from '../../../ui/navigation/page-search.ts'

export interface AppsSearch {
  /** The filter of the list. */
  readonly q?: string
  /** Lists only what belongs to this rack. */
  readonly rack?: string
  /** The ID of the open build or release. */
  readonly open?: string
  /** The open dialog, such as `restart`. */
  readonly dialog?: string
  /** The service or process that the dialog is about. */
  readonly item?: string
  /** Shows only the log of this service. */
  readonly service?: string
  /** Shows only the log of this process. */
  readonly process?: string
  /** `100`: a list shows the newest 100 rows instead of the newest 20. */
  readonly newest?: string
  /** `on`: long lines of a log are wrapped. */
  readonly wrap?: string
  /** The column by which the list is sorted, such as `app`, or `-app` for the opposite order. */
  readonly sort?: string
}

const names = ['q', 'rack', 'open', 'dialog', 'item', 'service', 'process', 'newest', 'wrap', 'sort'] as const

export function validateAppsSearch(search: Readonly<Record<string, unknown>>): AppsSearch {
  return readPageSearch(search, names)
}
