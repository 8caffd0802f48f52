import { useNavigate, useSearch } from '@tanstack/react-router'

/**
 * The router reads `?q=12` as a number, and `?q=true` as a boolean. This function makes them text again.
 *
 * @returns undefined for any other type
 */
export function searchText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined
}

/** The named parameters in the address of a page, as texts of at most 300 characters. */
export function readPageSearch<N extends string>(
  search: Readonly<Record<string, unknown>>,
  names: readonly N[],
): { readonly [K in N]?: string } {
  const texts = names.map((name) => [name, searchText(search[name])?.slice(0, 300)])
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined))
}

interface DialogSearch {
  readonly dialog?: string
  readonly item?: string
}

type SearchChange<S> = { readonly [N in keyof S]: string | undefined }

/** With `replace`, a change adds no entry to the browser history, such as while a person types a filter. */
export function usePageSearch<S extends object>() {
  const search: DialogSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  function change(
    changes: SearchChange<S> | SearchChange<DialogSearch>,
    { replace = false }: { readonly replace?: boolean } = {},
  ) {
    void navigate({ to: '.', search: (before: DialogSearch) => mergeSearch(before, changes), replace })
  }
  return {
    search: search as S,
    change,
    openDialog: (dialog: string, item?: string) => change({ dialog, item }),
    /** Going back in the browser history does not open the dialog again. */
    closeDialog: () => change({ dialog: undefined, item: undefined }, { replace: true }),
  }
}

export function mergeSearch<S extends object>(before: S, changes: object): S {
  const merged = Object.entries({ ...before, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== '')) as S
}
