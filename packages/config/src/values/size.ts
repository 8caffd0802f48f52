const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** Converts `500GiB`, `2TiB`, or `100MiB` to bytes; null for anything else. */
export function readSize(text: string): number | null {
  return read(/^([1-9]\d{0,5})(MiB|GiB|TiB)$/, text)
}

/** As `readSize`, from `KiB` to `GiB`. */
export function readSmallSize(text: string): number | null {
  return read(/^([1-9]\d{0,5})(KiB|MiB|GiB)$/, text)
}

/** As `readSize`, for a text that was checked. Any other text gives 0. */
export function sizeOf(text: string): number {
  return readSize(text) ?? 0
}

export function sizeProblem(text: string): string | null {
  return readSize(text) === null ? 'is not a size: a number with MiB, GiB, or TiB directly after it' : null
}

function read(pattern: RegExp, text: string): number | null {
  const [, count, unit = ''] = pattern.exec(text) ?? []
  return count === undefined ? null : Number(count) * (units[unit] ?? 1)
}
