/** What stands in the place of the rack's own token. */
export const rackTokenMark = '[rack token]'
const mark = Buffer.from(rackTokenMark)

/** Replaces a token in a text, as it is and in the forms that addresses and JSON write it in. */
export function scrubToken(text: string, token: string): string {
  return spellings(token).reduce((scrubbed, spelling) => scrubbed.replaceAll(spelling, rackTokenMark), text)
}

/** Scrubs a stream of bytes. What may be the beginning of a token is kept back until the next chunk. */
export interface TokenScrubber {
  /** @returns what is safe to pass on now; the chunk itself when there is nothing to change */
  push(chunk: Buffer): Buffer
  /** @returns what was kept back */
  end(): Buffer
}

/**
 * For answers and recordings, whose bytes come with an end. Not for a terminal: a kept back byte would show late.
 *
 * @param token the rack's token; empty: everything passes
 */
export function createTokenScrubber(token: string): TokenScrubber {
  const needles = spellings(token).map((spelling) => Buffer.from(spelling))
  let kept = Buffer.alloc(0)

  return {
    push(chunk) {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
      const parts: Buffer[] = []
      let from = 0
      for (let found = next(bytes, needles, 0); found; found = next(bytes, needles, from)) {
        parts.push(bytes.subarray(from, found.at), mark)
        from = found.at + found.length
      }
      const safe = bytes.length - unfinished(bytes.subarray(from), needles)
      kept = Buffer.from(bytes.subarray(safe))
      const last = bytes.subarray(from, safe)
      return parts.length === 0 ? last : Buffer.concat([...parts, last])
    },
    end() {
      const rest = kept
      kept = Buffer.alloc(0)
      return rest
    },
  }
}

function next(bytes: Buffer, needles: readonly Buffer[], from: number): { at: number; length: number } | null {
  let first: { at: number; length: number } | null = null
  for (const needle of needles) {
    const at = bytes.indexOf(needle, from)
    if (at !== -1 && (first === null || at < first.at)) first = { at, length: needle.length }
  }
  return first
}

/** How many bytes at the end could be the beginning of a token. */
function unfinished(bytes: Buffer, needles: readonly Buffer[]): number {
  let longest = 0
  for (const needle of needles) {
    for (let length = Math.min(needle.length - 1, bytes.length); length > longest; length--) {
      if (bytes.compare(needle, 0, length, bytes.length - length) === 0) longest = length
    }
  }
  return longest
}

/** Longest first, so that a spelling that begins with another one is replaced as a whole. */
function spellings(token: string): string[] {
  if (token === '') return []
  const query = encodeURIComponent(token).replaceAll(/[!'()*]/g, escaped)
  const userinfo = query.replaceAll(/%(?:24|26|2B|2C|3B|3D)/g, (found) => decodeURIComponent(found))
  const json = JSON.stringify(token).slice(1, -1)
  const goJson = json.replaceAll(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`)
  const forms = [token, encodeURIComponent(token), query, userinfo, json, goJson]
  const lower = forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (found) => found.toLowerCase()))
  return [...new Set([...forms, ...lower])].sort((a, b) => b.length - a.length)
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
