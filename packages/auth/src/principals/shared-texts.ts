import { weightOf } from './estimate-bytes.ts'

/** Names of groups and roles, and patterns: few of them, in thousands of sessions. Each is kept once, until all is forgotten. */
export interface SharedTexts {
  of(text: string): string
  has(text: string): boolean
  bytes(): number
}

const ofEntry = 64

/** @param mostBytes of them; what comes beyond is each session's own */
export function createSharedTexts(mostBytes: number): SharedTexts {
  const texts = new Map<string, string>()
  let bytes = 0

  return {
    of(text) {
      const known = texts.get(text)
      if (known !== undefined) return known
      const weight = ofEntry + weightOf(text)
      if (bytes + weight > mostBytes) return text
      bytes += weight
      texts.set(text, text)
      return text
    },
    has: (text) => texts.has(text),
    bytes: () => bytes,
  }
}
