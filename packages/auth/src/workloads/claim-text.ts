const maxLength = 500

/** A claim as JSON, such as `"74"` or `74`, with special characters escaped. Null if there is no such claim. */
export function claimText(value: unknown): string | null {
  return value === undefined ? null : visibleJson(value)
}

/** JSON for a person, cut after 500 characters. Escaped, so that it controls neither a terminal nor text direction. */
export function visibleJson(value: unknown): string {
  const text = JSON.stringify(value).replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
