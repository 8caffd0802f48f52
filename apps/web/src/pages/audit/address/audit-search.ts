import { searchText } from '../../../ui/navigation/page-search.ts'
import { defaultRange, isRange, type Range } from '../filter/time-range.ts'

const dialogs = ['export', 'alarms', 'checkpoint', 'range'] as const
export type AuditDialog = (typeof dialogs)[number]

/** The path, not the search, contains the ID of the open event. */
export interface AuditSearch {
  /** The filter as text. */
  readonly q?: string
  readonly range?: Range
  readonly live?: true
  readonly dialog?: AuditDialog
}

export function readAuditSearch({ q, range, live, dialog }: Record<string, unknown>): AuditSearch {
  const text = searchText(q) ?? ''
  const knownDialog = dialogs.find((one) => one === dialog)
  return {
    ...(text !== '' && { q: text }),
    ...(isRange(range) && range !== defaultRange && { range }),
    ...(live === true && { live }),
    ...(knownDialog !== undefined && { dialog: knownDialog }),
  }
}
