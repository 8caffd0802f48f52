export type NameMatcher = (name: string) => boolean

const always: NameMatcher = () => true

/**
 * `*` matches any text, including an empty text. Every other character matches itself. An empty pattern matches
 * nothing. The time is linear, because each part is searched once, from left to right.
 */
export function compilePattern(pattern: string): NameMatcher {
  if (pattern === '') return () => false
  if (pattern === '*') return always
  if (!pattern.includes('*')) return (name) => name === pattern
  const pieces = pattern.split('*')
  const first = pieces.shift() ?? ''
  const last = pieces.pop() ?? ''
  const middle = pieces.filter((piece) => piece !== '')

  return function matches(name) {
    if (!name.startsWith(first) || !name.endsWith(last)) return false
    let at = first.length
    for (const piece of middle) {
      const found = name.indexOf(piece, at)
      if (found === -1) return false
      at = found + piece.length
    }
    return at + last.length <= name.length
  }
}

/** One of the patterns must match. Undefined matches every name; an empty list matches none. */
export function compilePatterns(patterns: readonly string[] | undefined): NameMatcher {
  if (patterns === undefined) return always
  const matchers = patterns.map(compilePattern)
  const [only] = matchers
  if (only !== undefined && matchers.length === 1) return only
  return (name) => matchers.some((matches) => matches(name))
}
