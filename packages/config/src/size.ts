const units = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** Converts `500GiB`, `2TiB`, or `100MiB` to bytes; null for anything else. */
export function readSize(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,5})(MiB|GiB|TiB)$/.exec(text) ?? []
  return isUnit(unit) ? Number(count) * units[unit] : null
}

/** As `readSize`, for a text that was checked. Any other text gives 0. */
export function sizeOf(text: string): number {
  return readSize(text) ?? 0
}

export function sizeProblem(text: string): string | null {
  return readSize(text) === null ? 'is not a size: a number with MiB, GiB, or TiB directly after it' : null
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && text in units
}
