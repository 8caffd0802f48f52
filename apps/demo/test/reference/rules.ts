/** Every rule that the text of a source file names as a literal. */
export function rulesIn(source: string): string[] {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const properties = [...text.matchAll(/\brule(?::| \?\?) '([^']+)'/g)]
  const denials = [...text.matchAll(/\b(?:deny\w*|frameError)\(\s*(?:\d+,\s*)?'([a-z:-]+)'/g)]
  const errors = callsOf(text, 'withRule').map((call) => /'([a-z-]+)',?\s*\)$/.exec(call))
  return [...properties, ...denials, ...errors].flatMap((found) => found?.[1] ?? [])
}

/** The calls of a function, each from its name to its closing parenthesis. */
function callsOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\(`, 'g'))].map(({ index }) => {
    let depth = 0
    const length = [...text.slice(index)].findIndex((character) => {
      if (character === '(') depth += 1
      if (character === ')') depth -= 1
      return character === ')' && depth === 0
    })
    return text.slice(index, index + length + 1)
  })
}
