/** Replaces the rack's token. */
export const rackTokenPlaceholder = '[rack token]'

/** Replaces the rack's token in a text, also where it is encoded for URLs or JSON. */
export function redactRackToken(text: string, token: string): string {
  return cachedSpellings(token).reduce(
    (scrubbed, spelling) => scrubbed.replaceAll(spelling, rackTokenPlaceholder),
    text,
  )
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

/** Longest first, so that a spelling that begins with another spelling is replaced as a whole. */
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
