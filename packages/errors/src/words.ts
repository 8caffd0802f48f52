/** Why, and what to do. */
export interface Words {
  readonly reason: string
  readonly next: string
}

/** One line that reads aloud. A reason without punctuation of its own gets a semicolon. */
export function sentenceOf({ reason, next }: Words): string {
  return `${reason}${/[.;:,!?\u2026]$/.test(reason) ? '' : ';'} ${next}`
}

/** Both as sentences of their own. */
export function wholeSentences({ reason, next }: Words): Words {
  return { reason: whole(reason.replace(/[;:,]$/, '')), next: whole(next) }
}

function begun(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

function whole(clause: string): string {
  const text = clause.trim()
  return /[.!?\u2026]$/.test(text) ? begun(text) : `${begun(text)}.`
}
