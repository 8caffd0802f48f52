import { createHash } from 'node:crypto'
import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import type { Truncation } from './event.ts'
import { limits } from './field-limits.ts'
import { cutText, visibleText } from './visible-text.ts'

/** No text of an event may contain a token of the gateway. */
function safeText(text: string): string {
  return visibleText(redactTokens(text))
}

/**
 * Redacts, escapes, and truncates a text. `truncated` gets the length in bytes and the SHA-256 of the whole escaped
 * text in UTF-8. With this hash, anyone can check whether a text is the original text.
 */
export function truncateText(value: string, field: string, limit: number, truncated: Truncation[]): string {
  const full = safeText(value)
  const cut = cutText(full, limit)
  if (cut !== full) truncated.push({ field, length: Buffer.byteLength(full), sha256: sha256(full) })
  return cut
}

/** Like `truncateText`. `truncated` gets the number of entries, and the SHA-256 of all escaped entries as a JSON array. */
export function truncateNames(values: readonly string[], field: string, truncated: Truncation[]): readonly string[] {
  if (values.length === 0) return values
  const whole = Array.from(values, (value) => safeText(`${value}`))
  const kept: string[] = []
  let bytes = 0
  for (const word of whole.slice(0, limits.list.entries)) {
    const room = limits.list.bytes - bytes
    if (room <= 0) break
    const part = cutText(word, room)
    kept.push(part)
    bytes += Buffer.byteLength(part) + 1
    if (part !== word) break
  }
  const isWhole = kept.length === whole.length && kept.at(-1) === whole.at(-1)
  if (!isWhole) truncated.push({ field, length: whole.length, sha256: sha256(JSON.stringify(whole)) })
  return kept
}

type Members = Readonly<Record<string, string | number | boolean>>

/**
 * Leaves out a value that is not a text, a finite number, or a boolean, and all members after the first
 * `limits.members`. `truncated` does not list these values.
 */
export function truncateMembers(members: Members, field: string, truncated: Truncation[]): Members {
  const kept = new Map<string, string | number | boolean>()
  for (const [name, value] of Object.entries(members).slice(0, limits.members)) {
    const key = cutText(safeText(name), limits.key)
    if (typeof value === 'string') kept.set(key, truncateText(value, `${field}.${key}`, limits.text, truncated))
    else if (typeof value === 'boolean' || Number.isFinite(value)) kept.set(key, value)
  }
  return Object.fromEntries(kept)
}

/** Limits the list of truncations, because the caller of `record` may have added entries. */
export function limitTruncations(truncated: readonly Truncation[]): Truncation[] | undefined {
  if (truncated.length === 0) return undefined
  return truncated.slice(0, limits.list.entries).map(({ field, length, sha256: digest }) => ({
    field: cutText(safeText(field), limits.text),
    length: Number.isFinite(length) ? length : 0,
    sha256: cutText(safeText(digest), limits.key),
  }))
}

function sha256(text: string) {
  return createHash('sha256').update(text).digest('hex')
}
