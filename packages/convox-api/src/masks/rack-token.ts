/** What stands in the place of the rack's own token. */
export const rackTokenMark = '[rack token]'

/** Replaces a token in a text, as it is and in the forms that addresses and JSON write it in. */
export function scrubToken(text: string, token: string): string {
  return knownSpellings(token).reduce((scrubbed, spelling) => scrubbed.replaceAll(spelling, rackTokenMark), text)
}

/** Of the racks' tokens: there are few, and they stay. */
const known = new Map<string, readonly string[]>()
const mostKnown = 256

function knownSpellings(token: string): readonly string[] {
  const found = known.get(token)
  if (found) return found
  const made = spellings(token)
  if (known.size < mostKnown) known.set(token, made)
  return made
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
