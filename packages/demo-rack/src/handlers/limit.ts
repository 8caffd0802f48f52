/** The first `limit` entries of a list, or all entries if `limit` is not a positive number. */
export function takeFirst<T>(list: readonly T[], limit: string | undefined): readonly T[] {
  const count = Number.parseInt(limit ?? '', 10)
  return count > 0 ? list.slice(0, count) : list
}
