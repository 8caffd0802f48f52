import type { ExcludableName, FilterName } from './filter-names.ts'
import type { Filter, Term } from './filter-text.ts'

/** Only events with this value: replaces other values of the same filter. */
export function only(filter: Filter, name: FilterName, value: string): Filter {
  return [...without(filter, name), { name, value, isExcluded: false }]
}

/** No events with this value. */
export function not(filter: Filter, name: ExcludableName, value: string): Filter {
  const isSame = (term: Term) => term.name === name && term.value === value
  return [...filter.filter((term) => !isSame(term)), { name, value, isExcluded: true }]
}

/** The filter without any condition of these names. */
export function without(filter: Filter, ...names: readonly FilterName[]): Filter {
  // A session belongs to an actor.
  const gone = names.includes('actor') ? [...names, 'session' as const] : names
  return filter.filter(({ name }) => !gone.includes(name))
}
