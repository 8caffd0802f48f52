import { createHash } from 'node:crypto'
import type { EventDraft, Truncation } from './event.ts'
import { cutText, visibleText } from './visible-text.ts'

/** In UTF-8 bytes of the visible form; lists also in entries, and their bytes are those of all entries together. */
const limits = {
  text: 1_024,
  fields: { path: 8_192, 'decision.reason': 2_048, close: 2_048 } as Readonly<Record<string, number>>,
  key: 128,
  list: { entries: 256, bytes: 8_192 },
  depth: 4,
  members: 64,
}

export interface FittedDraft {
  readonly draft: EventDraft
  /** About how many characters it holds: what a queue counts. */
  readonly size: number
}

/**
 * A draft that can be recorded whatever its values are. Text is made visible and cut; lists are cut; numbers that JSON can't
 * say are left out. What was cut stays provable: `truncated` has, for a text, its length in bytes and its SHA-256 (of the visible
 * form, in UTF-8), and for a list, its length in entries and the SHA-256 of `JSON.stringify` of its visible entries.
 */
export function fit(draft: EventDraft): FittedDraft {
  const cut: Cut = { truncated: [], size: 64 }
  const { truncated = [], ...rest } = draft
  const fitted = fitMembers(rest, '', 1, cut)
  const all = [...truncated, ...cut.truncated].slice(0, limits.list.entries)
  if (all.length > 0) fitted.truncated = fitTruncations(all, cut)
  // Each value keeps its kind, so the shape is still that of the draft.
  return { draft: fitted as EventDraft, size: cut.size }
}

interface Cut {
  readonly truncated: Truncation[]
  size: number
}

function fitMembers(value: object, path: string, depth: number, cut: Cut): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  let count = 0
  for (const name of Object.keys(value)) {
    if (count++ === limits.members) break
    const member: unknown = Reflect.get(value, name)
    const key = cutText(visibleText(name), limits.key)
    const fitted = fitValue(member, path === '' ? key : `${path}.${key}`, depth, cut)
    if (fitted !== undefined) setMember(members, key, fitted)
    cut.size += key.length
  }
  return members
}

/** A member called `__proto__` is a member like any other, not the object's prototype. */
function setMember(members: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') members[key] = value
  else Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true })
}

function fitValue(value: unknown, field: string, depth: number, cut: Cut): unknown {
  switch (typeof value) {
    case 'string':
      return fitText(value, field, cut)
    case 'number':
      return Number.isFinite(value) ? value : undefined
    case 'boolean':
      return value
    case 'object':
      if (value === null || depth > limits.depth) return undefined
      return Array.isArray(value) ? fitList(value, field, cut) : fitMembers(value, field, depth + 1, cut)
    default:
      return undefined
  }
}

function fitText(value: string, field: string, cut: Cut): string {
  const whole = visibleText(value)
  const kept = cutText(whole, limits.fields[field] ?? limits.text)
  if (kept !== whole) cut.truncated.push({ field, length: Buffer.byteLength(whole), sha256: sha256(whole) })
  cut.size += kept.length
  return kept
}

function fitList(values: readonly unknown[], field: string, cut: Cut): string[] {
  if (values.length === 0) return []
  const whole = Array.from(values, (value) => visibleText(typeof value === 'string' ? value : typeof value))
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
  if (!isWhole) cut.truncated.push({ field, length: whole.length, sha256: sha256(JSON.stringify(whole)) })
  cut.size += bytes
  return kept
}

function fitTruncations(truncated: readonly Truncation[], cut: Cut): Truncation[] {
  return truncated.map(({ field, length, sha256: digest }) => {
    cut.size += 128
    const kept = Number.isFinite(length) ? length : 0
    return {
      field: cutText(visibleText(field), limits.text),
      length: kept,
      sha256: cutText(visibleText(digest), limits.key),
    }
  })
}

function sha256(text: string) {
  return createHash('sha256').update(text).digest('hex')
}
