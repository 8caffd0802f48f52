import { useNavigate, useSearch } from '@tanstack/react-router'
import type { PeopleSearch } from './search.ts'

export type SearchChange = { readonly [N in keyof PeopleSearch]: string | undefined }

/** With `replace`, a change adds no entry to the browser history, such as while a person types a filter. */
export function usePeopleSearch() {
  const search: PeopleSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  function change(changes: SearchChange, { replace = false }: { readonly replace?: boolean } = {}) {
    void navigate({ to: '.', search: (before: PeopleSearch) => merge(before, changes), replace })
  }
  return {
    search,
    change,
    openDialog: (dialog: string, item?: string) => change({ dialog, item }),
    /** Going back in the browser history does not open the dialog again. */
    closeDialog: () => change({ dialog: undefined, item: undefined }, { replace: true }),
  }
}

export function merge(before: PeopleSearch, changes: SearchChange): PeopleSearch {
  const merged = Object.entries({ ...before, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== ''))
}
