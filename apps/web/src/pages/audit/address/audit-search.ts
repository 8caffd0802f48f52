import { searchText } from '../../../ui/navigation/page-search.ts'
import { defaultRange, isRange, type Range } from '../filter/time-range.ts'

const dialogs = ['export', 'alarms', 'checkpoint', 'range', 'save-view', 'saved-views'] as const
export type AuditDialog = (typeof dialogs)[number]

/** What the page shows when it opens: the view that the person's own reading does not fill. */
export const defaultFilter = 'view:changes'

/** The path, not the search, contains the ID of the open event. */
export interface AuditSearch {
  /** The filter as text. Absent for the default view, and empty for all events. */
  readonly q?: string
  readonly range?: Range
  readonly live?: true
  readonly dialog?: AuditDialog
}

export function readAuditSearch({ q, range, live, dialog }: Record<string, unknown>): AuditSearch {
  const text = searchText(q) ?? defaultFilter
  const knownDialog = dialogs.find((one) => one === dialog)
  return {
    ...(text !== defaultFilter && { q: text }),
    ...(isRange(range) && range !== defaultRange && { range }),
    ...(live === true && { live }),
    ...(knownDialog !== undefined && { dialog: knownDialog }),
  }
}

/** The search parameter of a filter. */
export function filterParameter(text: string): string | undefined {
  return text === defaultFilter ? undefined : text
}
