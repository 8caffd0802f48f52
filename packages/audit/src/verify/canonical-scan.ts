/** Finds values of some members in canonical JSON without parsing all of it. */
export interface CanonicalScan {
  /** Start of the value of path i. */
  readonly from: Int32Array
  /** End of the value of path i; 0 if absent. */
  readonly to: Int32Array
  /**
   * Whether the scan has read the bytes from `start` up to `end` as one object in canonical form. It cannot read
   * escapes, fractions, and names beyond ASCII. If it returns true, JSON.parse finds the same values.
   */
  read(bytes: Uint8Array, start: number, end: number): boolean
}

/** A wanted member, and wanted members inside of it. */
interface Wanted {
  readonly name: Uint8Array
  /** Index of its path; -1 if only members inside of it are wanted. */
  readonly slot: number
  readonly inner: readonly Wanted[]
}

const [quote, comma, minus, zero, nine, colon] = [0x22, 0x2c, 0x2d, 0x30, 0x39, 0x3a]
const [openList, backslash, closeList, openObject, closeObject] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d]
const [space, beyondAscii] = [0x20, 0x80]
const literals = ['true', 'false', 'null'].map((word) => Buffer.from(word))
const maxDepth = 64
/** Numbers with up to 15 digits are exact. */
const maxDigits = 15
const noMembers: readonly Wanted[] = []

/** @param paths names of members; a dot leads to an inner object, such as `decision.rule` */
export function createCanonicalScan(paths: readonly string[]): CanonicalScan {
  const from = new Int32Array(paths.length)
  const to = new Int32Array(paths.length)
  const outermost = wantedOf(paths.map((path, slot) => ({ path: path.split('.'), slot })))

  /**
   * @param at position after the brace
   * @returns the end of the object, or -1 if the object is not canonical. `listEnd` and `valueEnd` return the same for
   *   a list and for any value
   */
  function objectEnd(bytes: Uint8Array, at: number, end: number, wanted: readonly Wanted[], depth: number): number {
    if (depth > maxDepth) return -1
    if (bytes[at] === closeObject) return at + 1
    let [next, nameFrom, nameTo] = [0, 0, 0]
    for (let member = at; ; ) {
      const start = member + 1
      const stop = bytes[member] === quote ? nameEnd(bytes, start, end) : -1
      if (stop === -1 || bytes[stop + 1] !== colon) return -1
      if (nameTo > 0 && compare(bytes, nameFrom, nameTo, bytes, start, stop) >= 0) return -1
      nameFrom = start
      nameTo = stop
      let order = -1
      let found = wanted[next]
      while (found !== undefined) {
        order = compare(found.name, 0, found.name.length, bytes, start, stop)
        if (order >= 0) break
        found = wanted[++next]
      }
      const isFound = found !== undefined && order === 0
      const value = valueEnd(bytes, stop + 2, end, isFound && found ? found.inner : noMembers, depth)
      if (value === -1) return -1
      if (isFound && found && found.slot >= 0) {
        from[found.slot] = stop + 2
        to[found.slot] = value
      }
      if (bytes[value] === closeObject) return value + 1
      if (bytes[value] !== comma) return -1
      member = value + 1
    }
  }

  function listEnd(bytes: Uint8Array, at: number, end: number, depth: number): number {
    if (depth > maxDepth) return -1
    if (bytes[at] === closeList) return at + 1
    for (let item = at; ; ) {
      const value = valueEnd(bytes, item, end, noMembers, depth)
      if (value === -1) return -1
      if (bytes[value] === closeList) return value + 1
      if (bytes[value] !== comma) return -1
      item = value + 1
    }
  }

  function valueEnd(bytes: Uint8Array, at: number, end: number, inner: readonly Wanted[], depth: number): number {
    if (at >= end) return -1
    const first = bytes[at]
    if (first === quote) return stringEnd(bytes, at + 1, end)
    if (first === openObject) return objectEnd(bytes, at + 1, end, inner, depth + 1)
    if (first === openList) return listEnd(bytes, at + 1, end, depth + 1)
    return integerEnd(bytes, at, end) ?? literalEnd(bytes, at)
  }

  return {
    from,
    to,
    read(bytes, start, end) {
      to.fill(0)
      return bytes[start] === openObject && objectEnd(bytes, start + 1, end, outermost, 1) === end
    },
  }
}

/** @returns the position of the closing quote, or -1 if the name is not plain ASCII */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) return at
    if (byte < space || byte >= beyondAscii || byte === backslash) return -1
  }
  return -1
}

function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === quote) return at + 1
    if (byte < space || byte === backslash) return -1
  }
  return -1
}

/** @returns null if the value is not an integer, and -1 if the integer is not canonical or too long */
function integerEnd(bytes: Uint8Array, start: number, end: number): number | null {
  let at = bytes[start] === minus ? start + 1 : start
  const first = at
  while (at < end && isDigit(bytes[at])) at++
  if (at === first) return null
  const hasExtraZero = bytes[first] === zero && at - start > 1
  return hasExtraZero || at - first > maxDigits ? -1 : at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine
}

function literalEnd(bytes: Uint8Array, at: number): number {
  for (const word of literals)
    if (compare(word, 0, word.length, bytes, at, Math.min(at + word.length, bytes.length)) === 0)
      return at + word.length
  return -1
}

/** Compares bytes: negative, zero, or positive. */
function compare(one: Uint8Array, oneFrom: number, oneTo: number, other: Uint8Array, from: number, to: number): number {
  const lengths = oneTo - oneFrom - (to - from)
  const length = lengths < 0 ? oneTo - oneFrom : to - from
  for (let index = 0; index < length; index++) {
    const difference = (one[oneFrom + index] ?? 0) - (other[from + index] ?? 0)
    if (difference !== 0) return difference
  }
  return lengths
}

function wantedOf(paths: readonly { readonly path: readonly string[]; readonly slot: number }[]): readonly Wanted[] {
  const names = [...new Set(paths.map(({ path }) => path[0] ?? ''))].sort()
  return names.map((name) => {
    const samePaths = paths.filter(({ path }) => path[0] === name)
    return {
      name: Buffer.from(name),
      slot: samePaths.find(({ path }) => path.length === 1)?.slot ?? -1,
      inner: wantedOf(
        samePaths.filter(({ path }) => path.length > 1).map(({ path, slot }) => ({ path: path.slice(1), slot })),
      ),
    }
  })
}
