/** A compiled name pattern. */
export type NameMatcher = (name: string) => boolean

/**
 * Compiles a pattern in which `*` stands for any run of characters, none included; everything else stands for itself.
 * No regular expression: each piece between stars is looked for once, from left to right. An empty pattern matches nothing.
 */
export function compilePattern(pattern: string): NameMatcher {
  if (pattern === '') return () => false
  if (pattern === '*') return () => true
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

/** Matches when one of the patterns does; without patterns, always. */
export function compilePatterns(patterns: readonly string[] | undefined): NameMatcher {
  if (patterns === undefined) return () => true
  const matchers = patterns.map(compilePattern)
  return (name) => matchers.some((matches) => matches(name))
}
