/** Why something failed, and what the person can do next. */
export interface Explanation {
  readonly reason: string
  readonly next: string
}

/** Joins both parts into one line. A reason without punctuation at its end gets a semicolon. */
export function formatMessage({ reason, next }: Explanation): string {
  return `${reason}${/[.;:,!?\u2026]$/.test(reason) ? '' : ';'} ${next}`
}

/** Makes a sentence of each part: a capital letter at the beginning, and a full stop at the end. */
export function asSentences({ reason, next }: Explanation): Explanation {
  return { reason: asSentence(reason.replace(/[;:,]$/, '')), next: asSentence(next) }
}

function asSentence(clause: string): string {
  const text = clause.trim()
  return /[.!?\u2026]$/.test(text) ? capitalize(text) : `${capitalize(text)}.`
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
