import { redactionPlaceholder } from './mask-view.ts'
import { spellings } from './spellings.ts'

/** A shorter text is in most errors by chance. */
const shortest = 4

/** Replaces values in a text of unknown shape, such as an error of the rack that quotes what it received, and single lines of them. */
export function redactValues(text: string, values: readonly string[]): string {
  const parts = values.flatMap((value) => [value, ...value.split('\n').map((line) => line.trim())])
  return [...new Set(parts)]
    .filter((part) => part.length >= shortest && part.isWellFormed())
    .flatMap(spellings)
    .sort((one, other) => other.length - one.length)
    .reduce((redacted, spelling) => redacted.replaceAll(spelling, redactionPlaceholder), text)
}
