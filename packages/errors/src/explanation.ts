/** Why something failed, and what the person can do next. */
export interface Explanation {
  readonly reason: string
  readonly remedy: string
}

/** Joins both parts into one line. A reason without punctuation at its end gets a semicolon. */
export function formatMessage({ reason, remedy }: Explanation): string {
  return `${reason}${/[.;:,!?\u2026]$/.test(reason) ? '' : ';'} ${remedy}`
}

/** Makes a sentence of each part: a capital letter at the beginning, and a period at the end. */
export function asSentences({ reason, remedy }: Explanation): Explanation {
  return { reason: asSentence(reason.replace(/[;:,]$/, '')), remedy: asSentence(remedy) }
}

function asSentence(clause: string): string {
  const text = clause.trim()
  return /[.!?\u2026]$/.test(text) ? capitalize(text) : `${capitalize(text)}.`
}

/** A URL keeps its lower case. */
function capitalize(text: string): string {
  if (/^https?:/.test(text)) return text
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
