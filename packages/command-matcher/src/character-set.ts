/** Some characters of ASCII. */
export interface CharacterSet {
  /** Whether a text is made of these alone. */
  hasAll(text: string): boolean
}

/**
 * A set that is put together when it is first asked: most commands of the CLI end before.
 *
 * @param one matches a single character of them; what isn't ASCII is never one of them
 */
export function createCharacterSet(one: RegExp): CharacterSet {
  let known: Uint8Array | null = null
  return {
    hasAll(text) {
      known ??= charactersOf(one)
      const has = known
      for (let place = 0; place < text.length; place++) if (has[text.charCodeAt(place)] !== 1) return false
      return true
    },
  }
}

function charactersOf(one: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (one.test(String.fromCharCode(code)) ? 1 : 0))
}
