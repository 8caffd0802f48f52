/** Some characters of ASCII. */
export interface CharacterSet {
  /** Whether a text is made of these alone. */
  hasAll(text: string): boolean
}

/** @param one matches a single character of them; what isn't ASCII is never one of them */
export function createCharacterSet(one: RegExp): CharacterSet {
  const has = Uint8Array.from({ length: 128 }, (_, code) => (one.test(String.fromCharCode(code)) ? 1 : 0))
  return {
    hasAll(text) {
      for (let place = 0; place < text.length; place++) if (has[text.charCodeAt(place)] !== 1) return false
      return true
    },
  }
}
