/** Whether one version comes before another; false where one of them is none. What follows the three numbers counts for nothing. */
export function isOlder(one: string, other: string): boolean {
  const [numbers, others] = [numbersOf(one), numbersOf(other)]
  if (numbers === null || others === null) return false
  const at = numbers.findIndex((number, index) => number !== others[index])
  return at !== -1 && (numbers[at] ?? 0) < (others[at] ?? 0)
}

function numbersOf(version: string): number[] | null {
  return /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? null
}
