/** Quotes a word so that the rack splits it back into this word. `style` selects one of three ways. */
export function quote(word: string, style: number): string {
  if (style === 0) return `'${word.replaceAll("'", "'\\''")}'`
  if (style === 1) return `"${word.replaceAll(/[\\"$`]/g, (char) => `\\${char}`)}"`
  if (word === '' || word.includes('\n')) return quote(word, 0)
  return [...word].map((char) => `\\${char}`).join('')
}
