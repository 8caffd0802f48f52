/** Words of descriptions, and the words of names of permissions and codes that have the same meaning. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  see: ['read'],
  change: ['write', 'update'],
  reached: ['unreachable'],
  executed: ['executable'],
  used: ['unusable', 'unfit'],
  invalid: ['misconfigured', 'bad'],
  configuration: ['misconfigured'],
  found: ['missing'],
  no: ['missing'],
  dir: ['directory'],
  document: ['file'],
}
const fillers: readonly string[] = ['a', 'an', 'the', 'of', 's', 'is', 'be', 'has', 'was', 'can', 't', 'cannot', 'not']

/** Whether a description, such as `list apps`, only repeats the name, such as `app:list`. */
export function repeatsName(name: string, description: string): boolean {
  const known = wordsOf(name)
  return wordsOf(description)
    .filter((word) => !fillers.includes(word))
    .every((word) => [word, ...(synonyms[word] ?? [])].some((one) => known.includes(one)))
}

/** In lower case and without the plural. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  return words.map((word) =>
    word.length > 3 ? word.replace(/(?<=ss)es$|ies$|(?<!s)s$/, (end) => (end === 'ies' ? 'y' : '')) : word,
  )
}
