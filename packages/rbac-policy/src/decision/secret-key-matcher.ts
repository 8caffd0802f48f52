import { createNameMatcher } from '@rack-gateway/command-matcher'

/**
 * Returns a function that tells whether a key matches one of the patterns. `*` matches any text, and letter case does not
 * count.
 */
export function createSecretKeyMatcher(patterns: readonly string[]): (key: string) => boolean {
  const matches = createNameMatcher(patterns.map((pattern) => pattern.toUpperCase()))
  const responses = new Map<string, boolean>()
  return function isSecret(key) {
    const found = responses.get(key)
    if (found !== undefined) return found
    const response = matches(key.toUpperCase())
    if (responses.size < maxCachedKeys && key.length < maxCachedKeyLength) responses.set(key, response)
    return response
  }
}

const maxCachedKeys = 10_000
const maxCachedKeyLength = 200
