/**
 * Names and words in audit events are chosen by callers. Only these forms are written into a suggestion, so no name
 * can become YAML structure, a pattern, an option or syntax of a shell, a second line, or a terminal escape.
 */

/** The form of names of racks, apps, and services. It has no `*`, which would be a pattern. */
export function isResourceName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,99}$/.test(name)
}

/** The form of environment keys that a rule can name. */
export function isEnvironmentKey(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** A word of a shell command that needs no quotes, is no option, and cannot be mistaken for an ID. */
export function isPlainWord(text: string): boolean {
  return text.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/.test(text) && !isUuid(text.toLowerCase())
}

const maxWords = 50
const maxLength = 300

/** Whether a rule can have these words. A word that may be a secret must not be written into a file. */
export function isWritable(argv: readonly string[]): boolean {
  return (
    argv.length > 0 &&
    argv.length <= maxWords &&
    argv.join(' ').length <= maxLength &&
    argv.every((word) => /^[\x20-\x26\x28-\x7e]+$/.test(word) && !word.includes('[hidden]'))
  )
}

/** The first words of a command, for a comment. Words of any other form become `?`. */
export function beginningOf(argv: readonly string[]): string {
  const shown = argv
    .slice(0, maxShownWords)
    .map((word) => (word.length <= 40 && /^[A-Za-z0-9_.:/=@[\]-]+$/.test(word) ? word : '?'))
  return [...shown, ...(argv.length > maxShownWords ? ['…'] : [])].join(' ')
}

const maxShownWords = 4

/** A double-quoted scalar. JSON of printable ASCII and of `…` is also YAML. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

export function quotedList(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`
}

/** For JavaScript's `sort`: by code units, so the order depends on no locale. */
export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

export function sortedUnique(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort(byText)
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
