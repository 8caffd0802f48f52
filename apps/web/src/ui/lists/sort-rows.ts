/** Null: unknown, which comes last in both directions. */
export type SortValue = string | number | null

interface SortableColumn<T> {
  readonly title: string
  readonly sortBy?: (row: T) => SortValue
}

export interface Sort {
  /** The title of the column. */
  readonly column: string
  readonly descending: boolean
}

/** The value of `sort` in an address, such as `last-used`, or `-last-used` for the opposite order. */
function keyOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-')
}

/** @returns null without a sort, and for a column that does not exist or cannot be sorted */
export function readSort<T>(columns: readonly SortableColumn<T>[], key: string | undefined): Sort | null {
  if (key === undefined) return null
  const descending = key.startsWith('-')
  const column = columns.find(({ title, sortBy }) => sortBy && keyOf(title) === key.slice(descending ? 1 : 0))
  return column === undefined ? null : { column: column.title, descending }
}

/** A column is sorted in one direction, then in the other, and then the list has the order of the gateway again. */
export function nextSort(sort: Sort | null, title: string): string | undefined {
  if (sort?.column !== title) return keyOf(title)
  return sort.descending ? undefined : `-${keyOf(title)}`
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

export function sortRows<T>(
  rows: readonly T[],
  columns: readonly SortableColumn<T>[],
  sort: Sort | null,
): readonly T[] {
  const sortBy = columns.find(({ title }) => title === sort?.column)?.sortBy
  if (sort === null || sortBy === undefined) return rows
  const direction = sort.descending ? -1 : 1
  return rows.toSorted((one, other) => compare(sortBy(one), sortBy(other), direction))
}

function compare(one: SortValue, other: SortValue, direction: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  const order =
    typeof one === 'number' && typeof other === 'number' ? one - other : collator.compare(`${one}`, `${other}`)
  return order * direction
}

/** For `sortBy`. */
export function timeValue(time: string | null): SortValue {
  return time === null ? null : Date.parse(time)
}
