import type { ExcludableName, FilterName } from './filter-names.ts'
import type { Filter, Term } from './filter-text.ts'

/** Replaces all terms with the same name. */
export function includeOnly(filter: Filter, name: FilterName, value: string): Filter {
  return [...removeTerms(filter, name), { name, value, isExcluded: false }]
}

export function exclude(filter: Filter, name: ExcludableName, value: string): Filter {
  const isSame = (term: Term) => term.name === name && term.value === value
  return [...filter.filter((term) => !isSame(term)), { name, value, isExcluded: true }]
}

export function removeTerms(filter: Filter, ...names: readonly FilterName[]): Filter {
  // The API accepts a session only with its actor.
  const removed = names.includes('actor') ? [...names, 'session' as const] : names
  return filter.filter(({ name }) => !removed.includes(name))
}
