import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AppsSearch } from './search.ts'

type SearchChange = { readonly [N in keyof AppsSearch]: string | undefined }

/** With `replace`, a change adds no entry to the browser history, such as while a person types a filter. */
export function useAppsSearch() {
  const search: AppsSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  function change(changes: SearchChange, { replace = false }: { readonly replace?: boolean } = {}) {
    void navigate({ to: '.', search: (before: AppsSearch) => merge(before, changes), replace })
  }
  return {
    search,
    change,
    openDialog: (dialog: string, item?: string) => change({ dialog, item }),
    /** Going back in the browser history does not open the dialog again. */
    closeDialog: () => change({ dialog: undefined, item: undefined }, { replace: true }),
  }
}

function merge(before: AppsSearch, changes: SearchChange): AppsSearch {
  const merged = Object.entries({ ...before, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== ''))
}
