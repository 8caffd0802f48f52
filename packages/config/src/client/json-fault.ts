const blank = /[ \t\n\r]*/y
const atom = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

export interface JsonFault {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
}

/** Null for valid JSON. Node's own message can lack the position, and quotes text that can contain a token. */
export function jsonFault(source: string): JsonFault | null {
  const offset = faultOffset(source)
  if (offset === null) return null
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** Not recursive, so that deep nesting can't overflow the stack. */
function faultOffset(source: string): number | null {
  const closers: string[] = []
  let at = 0
  let expected: 'value' | 'value or end' | 'key' | 'key or end' | 'next' = 'value'

  for (;;) {
    at = endOf(blank, at)
    const character = source[at]
    const closer = closers.at(-1)
    if (expected === 'next') {
      if (closer === undefined) return at === source.length ? null : at
      if (character === ',') expected = closer === '}' ? 'key' : 'value'
      else if (character === closer) closers.pop()
      else return at
      at++
    } else if (expected.endsWith('end') && character === closer) {
      closers.pop()
      expected = 'next'
      at++
    } else if (expected.startsWith('key')) {
      const end = endOf(blank, endOf(text, at))
      if (end === at || source[end] !== ':') return end
      at = end + 1
      expected = 'value'
    } else if (character === '{' || character === '[') {
      closers.push(character === '{' ? '}' : ']')
      expected = character === '{' ? 'key or end' : 'value or end'
      at++
    } else {
      const end = endOf(character === '"' ? text : atom, at)
      if (end === at) return at
      at = end
      expected = 'next'
    }
  }

  /** The index after the pattern, or `from` if it does not match there. */
  function endOf(pattern: RegExp, from: number): number {
    pattern.lastIndex = from
    return pattern.test(source) ? pattern.lastIndex : from
  }
}
