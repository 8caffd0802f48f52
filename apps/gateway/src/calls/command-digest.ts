import type { BodyDigest } from './body-digest.ts'

/** The keyed hash of the words of a command; null without a command. */
export function commandDigest(words: readonly string[] | null, digest: BodyDigest): string | null {
  return words && digest(Buffer.from(JSON.stringify(words)))
}
