import { readPageSearch } from '../../../ui/navigation/page-search.ts'

export interface PeopleSearch {
  /** The text that rows must contain. */
  readonly q?: string
  /** The ID of the open row. */
  readonly open?: string
  readonly dialog?: string
  /** The ID of the item that the dialog is about, such as a session or a binding. */
  readonly item?: string
  /** Lists only what belongs to this group, owner, or subject. */
  readonly of?: string
  /** `none`: lists only users without a second factor. */
  readonly factor?: string
  /** The column by which the list is sorted, such as `name`, or `-name` for the opposite order. */
  readonly sort?: string
}

const names = ['q', 'open', 'dialog', 'item', 'of', 'factor', 'sort'] as const

export function validatePeopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  return readPageSearch(search, names)
}
