/**
 * How a secret can be written in a response: as it is, and encoded for URLs or JSON. Longest first, so that a spelling
 * that begins with another spelling is replaced as a whole.
 */
export function spellings(secret: string): string[] {
  if (secret === '') return []
  const query = encodeURIComponent(secret).replaceAll(/[!'()*]/g, escaped)
  const userinfo = query.replaceAll(/%(?:24|26|2B|2C|3B|3D)/g, (found) => decodeURIComponent(found))
  const json = JSON.stringify(secret).slice(1, -1)
  const goJson = json.replaceAll(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`)
  const forms = [secret, encodeURIComponent(secret), query, userinfo, json, goJson]
  const lower = forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (found) => found.toLowerCase()))
  return [...new Set([...forms, ...lower])].sort((a, b) => b.length - a.length)
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
