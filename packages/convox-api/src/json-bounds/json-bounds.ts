/** How deeply JSON may be nested, and how many members of objects and items of lists it may have in all. */
export interface JsonBounds {
  /** Levels. A list of texts has one level. */
  readonly depth: number
  /** An empty list or object counts as one, too. */
  readonly entries: number
}

/**
 * Checks the bounds of JSON before it is parsed, because parsing nested or wide JSON takes up to 20 times as long as
 * parsing other JSON, and 40 times its size in memory. Does not validate: the parser stops at the first character that
 * is not JSON, and up to there, the scanner reads the same levels and entries as the parser.
 *
 * @returns what is wrong, such as `it is nested deeper than 32 levels`, or null
 */
export function jsonBoundsFault(json: Uint8Array | string, bounds: JsonBounds): string | null {
  if (typeof json !== 'string') return createJsonScanner(bounds)(json)
  const scan = createJsonScanner(bounds)
  for (let begin = 0; begin < json.length; begin += sliceSize) {
    const fault = scan(Buffer.from(json.slice(begin, begin + sliceSize)))
    if (fault !== null) return fault
  }
  return null
}

/**
 * Like `jsonBoundsFault`, for large JSON: each step reads at most 64 KiB.
 *
 * @param chunks UTF-8, divided anywhere
 */
export function* jsonBoundsFaultInSteps(
  chunks: readonly Uint8Array[],
  bounds: JsonBounds,
): Generator<void, string | null> {
  const scan = createJsonScanner(bounds)
  for (const chunk of chunks) {
    for (let begin = 0; begin < chunk.length; begin += sliceSize) {
      const fault = scan(chunk.subarray(begin, begin + sliceSize))
      if (fault !== null) return fault
      yield
    }
  }
  return null
}

const sliceSize = 64 * 1024

/** The scanner must get the parts of a text in order. It finds a fault in the part in which a bound is exceeded. */
function createJsonScanner({ depth, entries }: JsonBounds): (part: Uint8Array) => string | null {
  const tooDeep = `it is nested deeper than ${depth} levels`
  const tooMany = `it has more than ${entries} members and items`
  let levels = 0
  let counted = 0
  /** Within a string: the bytes at the beginning of the next part that are escaped, 0 or 1. Otherwise null. */
  let escaped: number | null = null

  return function scan(part) {
    let at = 0
    if (escaped !== null) {
      at = stringEnd(part, escaped)
      escaped = at < part.length ? null : at - part.length
      at++
    }
    for (; at < part.length; at++) {
      const code = part[at] ?? 0
      if (code === quote) {
        at = stringEnd(part, at + 1)
        if (at >= part.length) escaped = at - part.length
      } else if (code === comma) {
        if (++counted > entries) return tooMany
      } else if (code >= openingBracket) {
        // Brackets and braces differ by one bit.
        const brace = code | 0x20
        if (brace === openingBrace) {
          if (++levels > depth) return tooDeep
          if (++counted > entries) return tooMany
        } else if (brace === closingBrace) levels--
      }
    }
    return null
  }
}

/** The index of the closing quote. Without one, the length of the part, or one more if the part ends in an escape. */
function stringEnd(part: Uint8Array, begin: number): number {
  let at = begin
  for (; at < part.length; at++) {
    const code = part[at] ?? 0
    if (code === quote) return at
    if (code === backslash) at++
  }
  return at
}

const quote = 0x22
const comma = 0x2c
const openingBracket = 0x5b
const backslash = 0x5c
const openingBrace = 0x7b
const closingBrace = 0x7d
