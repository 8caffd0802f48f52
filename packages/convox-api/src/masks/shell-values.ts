/** Says which quote is open where, as a shell reads a text; to be asked from left to right. */
export function quoteReader(text: string) {
  let [quote, read] = ['', 0]
  return {
    at(place: number): string {
      for (; read < place; read++) {
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

/** Where a shell would end the value that begins there. @param outer the quote that is open around it, if any */
export function valueEnd(text: string, from: number, outer: string): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && quote !== "'" && outer !== "'") at++
    else if (quote === '' && char === outer) return at
    else if (quote !== "'" && outer !== "'" && opens(text, at) !== '') at = closing(text, at, opens(text, at))
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (outer !== '') continue
    else if (char === '"' || char === "'") quote = char
    else if (separators.includes(char)) return at
  }
  return text.length
}

/** The same for the value of an option: in code within quotes, what follows the value is not a part of it. */
export function optionEnd(text: string, from: number, outer: string): number {
  if (outer === '') return valueEnd(text, from, '')
  const first = text.charAt(from)
  if ((first === '"' || first === "'") && first !== outer) return closing(text, from, first) + 1
  let at = from
  while (at < text.length && text.charAt(at) !== outer && !separators.includes(text.charAt(at))) at++
  return at
}

/** What begins there whose end isn't a blank: `$(` and a backtick, which run a command, and `$'`. */
function opens(text: string, at: number): string {
  if (text.charAt(at) === '`') return '`'
  const two = text.slice(at, at + 2)
  return two === '$(' || two === "$'" ? two : ''
}

/** The place of the character that closes it; the text's end where none does. */
export function closing(text: string, from: number, opened: string): number {
  const close = opened === '$(' ? ')' : opened.slice(-1)
  let depth = 0
  for (let at = from + opened.length; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') at++
    else if (opened === '$(' && char === '(') depth++
    else if (char === close && depth-- === 0) return at
  }
  return text.length
}
