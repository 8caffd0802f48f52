import { spellings } from './spellings.ts'

export const rackTokenPlaceholder = '[rack token]'

/** Replaces the rack's token in a text, including its encodings for URLs and JSON. */
export function redactRackToken(text: string, token: string): string {
  const spelled = cachedSpellings(token)
  if (text.length < (spelled.at(-1)?.length ?? 0)) return text
  return spelled.reduce((scrubbed, spelling) => scrubbed.replaceAll(spelling, rackTokenPlaceholder), text)
}

/** Spellings of the racks' tokens, which are few and seldom change. */
const spellingsByToken = new Map<string, readonly string[]>()
const maxCachedTokens = 256

function cachedSpellings(token: string): readonly string[] {
  const found = spellingsByToken.get(token)
  if (found) return found
  const computed = spellings(token)
  if (spellingsByToken.size < maxCachedTokens) spellingsByToken.set(token, computed)
  return computed
}
