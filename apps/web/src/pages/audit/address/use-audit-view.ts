import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { serverNow } from '../../../api/client.ts'
import { announce } from '../../../ui/status/announce.tsx'
import { useTimeZone } from '../../../ui/time/time-zone.ts'
import { type AuditQuery, hasTimes, toQuery } from '../filter/filter-query.ts'
import { type Filter, FilterMistake, parseFilter, printFilter } from '../filter/filter-text.ts'
import type { TimeContext } from '../filter/read-time.ts'
import { removeTerms } from '../filter/refine.ts'
import { defaultRange, type Range } from '../filter/time-range.ts'
import { type AuditSearch, defaultFilter, filterParameter } from './audit-search.ts'

export interface AuditView {
  readonly search: AuditSearch
  readonly openId: string | undefined
  /** The text of the filter. */
  readonly text: string
  readonly range: Range | 'custom'
  readonly filter: { readonly terms: Filter; readonly query: AuditQuery } | FilterMistake
  /** When the list was loaded, in milliseconds since the epoch. Ranges are counted back from this time. */
  readonly loadedAt: number
  reload(): void
  setText(text: string): void
  setRange(range: Range): void
  /** Removes a time from the filter if it is missing in `times`. */
  setTimes(times: { readonly from?: string; readonly to?: string }): void
  refine(change: (filter: Filter) => Filter): void
  /** Null closes the open event. */
  open(id: string | null, options?: { readonly replaces?: boolean; readonly closesDialog?: boolean }): void
  setSearch(search: Partial<Record<keyof AuditSearch, unknown>>): void
}

/** The address of the page contains this state, except `loadedAt`. */
export function useAuditView(): AuditView {
  const search = useSearch({ from: '/audit' })
  const { event: openId } = useParams({ strict: false })
  const navigate = useNavigate()
  const zone = useTimeZone()
  const [loadedAt, setLoadedAt] = useState(serverNow)
  const { q: text = defaultFilter, range = defaultRange } = search
  const filter = useMemo(() => readFilter(text, range, { now: loadedAt, zone }), [text, range, loadedAt, zone])

  function setSearch(changed: Partial<Record<keyof AuditSearch, unknown>>) {
    void navigate({ to: '.', search: (before) => ({ ...before, ...changed }) as AuditSearch })
  }
  function setText(changed: string) {
    setLoadedAt(serverNow())
    setSearch({ q: filterParameter(changed), dialog: undefined })
  }
  function refine(change: (filter: Filter) => Filter) {
    const terms = filter instanceof FilterMistake ? [] : filter.terms
    try {
      const refined = printFilter(change(terms))
      parseFilter(refined)
      setText(refined)
    } catch (error) {
      if (!(error instanceof FilterMistake)) throw error
      announce(error.message)
    }
  }
  return {
    search,
    openId,
    text,
    range: filter instanceof FilterMistake || !hasTimes(filter.terms) ? range : 'custom',
    filter,
    loadedAt,
    reload: () => setLoadedAt(serverNow()),
    setText,
    setRange(changed) {
      setLoadedAt(serverNow())
      const terms = filter instanceof FilterMistake ? [] : removeTerms(filter.terms, 'from', 'to')
      setSearch({ q: filterParameter(printFilter(terms)), range: changed === defaultRange ? undefined : changed })
    },
    setTimes({ from, to }) {
      refine((terms) => [
        ...removeTerms(terms, 'from', 'to'),
        ...(from === undefined ? [] : [{ name: 'from' as const, value: from, isExcluded: false }]),
        ...(to === undefined ? [] : [{ name: 'to' as const, value: to, isExcluded: false }]),
      ])
    },
    refine,
    open(id, { replaces = false, closesDialog = false } = {}) {
      const next = closesDialog ? { ...search, dialog: undefined } : search
      if (id === null) void navigate({ to: '/audit', search: next as AuditSearch })
      else void navigate({ to: '/audit/$event', params: { event: id }, search: next as AuditSearch, replace: replaces })
    },
    setSearch,
  }
}

function readFilter(text: string, range: Range, context: TimeContext): AuditView['filter'] {
  try {
    const terms = parseFilter(text)
    return { terms, query: toQuery(terms, range, context) }
  } catch (error) {
    if (error instanceof FilterMistake) return error
    throw error
  }
}
