/** Returns a reader of the shell quote that is open at an index; empty for none. Indexes must be increasing. */
export function createQuoteReader(text: string) {
  let [quote, read] = ['', 0]
  return {
    at(index: number): string {
      for (; read < index; read++) {
        const char = text.charAt(read)
        if (char === '\\' && quote !== "'") read++
        else if (quote === '' && (char === '"' || char === "'")) quote = char
        else if (char === quote) quote = ''
      }
      return quote
    },
  }
}

const separators = ' \t\r\n;&|()<>'

/** The index at which a shell ends the value at `from`. @param outer the open quote around the value, or empty */
export function shellValueEnd(text: string, from: number, outer: string): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && quote !== "'" && outer !== "'") at++
    else if (quote === '' && char === outer) return at
    else if (quote !== "'" && outer !== "'" && openingAt(text, at) !== '')
      at = closingIndex(text, at, openingAt(text, at))
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (outer !== '') continue
    else if (char === '"' || char === "'") quote = char
    else if (separators.includes(char)) return at
  }
  return text.length
}

/** As `shellValueEnd`, but inside an outer quote, a value without quotes of its own also ends at the next separator. */
export function optionValueEnd(text: string, from: number, outer: string): number {
  if (outer === '') return shellValueEnd(text, from, '')
  const first = text.charAt(from)
  if ((first === '"' || first === "'") && first !== outer) return closingIndex(text, from, first) + 1
  let at = from
  while (at < text.length && text.charAt(at) !== outer && !separators.includes(text.charAt(at))) at++
  return at
}

/** The construct that begins at an index and may contain spaces: `$(`, a backtick, or `$'`. Empty if there is none. */
function openingAt(text: string, at: number): string {
  if (text.charAt(at) === '`') return '`'
  const two = text.slice(at, at + 2)
  return two === '$(' || two === "$'" ? two : ''
}

/** The index of the character that closes the quote or construct `opening` at `from`, or the text's length. */
export function closingIndex(text: string, from: number, opening: string): number {
  const close = opening === '$(' ? ')' : opening.slice(-1)
  let depth = 0
  for (let at = from + opening.length; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (opening === '$(' && char === '(') depth++
    else if (char === close && depth-- === 0) return at
  }
  return text.length
}
