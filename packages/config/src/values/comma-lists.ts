/** The items as written, without the spaces around them. */
export function splitAtCommas(value: string): string[] {
  return value.split(',').map((item) => item.trim())
}

/** The problem of the first item that has one, or that stands in the list twice. Never contains a part of an item. */
export function itemsProblem<T>(
  items: readonly T[],
  noun: string,
  problemOf: (item: T) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const first = items.indexOf(item)
    const problem = problemOf(item) ?? (first === index ? null : `the same as number ${first + 1}`)
    const subject = items.length === 1 ? 'is' : `has a ${noun} (number ${index + 1}) that is`
    if (problem !== null) return `${subject} ${problem}`
  }
  return null
}
