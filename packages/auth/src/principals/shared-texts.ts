import { estimateBytes } from './estimate-bytes.ts'

/** Keeps one copy of each group name, role name, and pattern, because thousands of sessions have the same few. */
export interface SharedTexts {
  /** Returns the copy that all sessions share. */
  share(text: string): string
  has(text: string): boolean
  bytes(): number
}

const entryBytes = 64

/** @param maxBytes above this limit, each session keeps its own copies */
export function createSharedTexts(maxBytes: number): SharedTexts {
  const texts = new Map<string, string>()
  let bytes = 0

  return {
    share(text) {
      const shared = texts.get(text)
      if (shared !== undefined) return shared
      const size = entryBytes + estimateBytes(text)
      if (bytes + size > maxBytes) return text
      bytes += size
      texts.set(text, text)
      return text
    },
    has: (text) => texts.has(text),
    bytes: () => bytes,
  }
}
