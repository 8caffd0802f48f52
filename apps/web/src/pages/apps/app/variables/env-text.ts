import { type EnvEntry, envEntries, environmentValues, readMask } from '@rack-gateway/convox-api/environment'

export interface Variable {
  readonly key: string
  /** All lines of the value, without blank lines at its end. For a masked value, the mask. */
  readonly value: string
  readonly isMasked: boolean
  /** How many times the environment contains the key. The rack uses the last value. */
  readonly count: number
}

export function readVariables(env: string): readonly Variable[] {
  const counts = new Map<string, number>()
  for (const { key } of envEntries(env)) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...environmentValues(env)].map(([key, value]) => ({
    key,
    value: withoutLastBreaks(value),
    isMasked: readMask(value) !== null,
    count: counts.get(key) ?? 1,
  }))
}

/** By key: the new value, or null to remove the variable. */
export type Edits = ReadonlyMap<string, string | null>

/** Variables without an edit keep every byte, so their masks stay valid. */
export function applyEdits(env: string, edits: Edits): string {
  const entries = envEntries(env)
  const last = new Map(entries.map((entry) => [entry.key, entry]))
  const lines = entries.flatMap((entry) => {
    const edit = entry.key === null ? undefined : edits.get(entry.key)
    if (edit === undefined) return entry.lines
    if (edit === null) return []
    return last.get(entry.key) === entry ? [withValue(entry, edit)] : entry.lines
  })
  const text = lines.join('\n')
  const added = [...edits].flatMap(([key, value]) => (value === null || last.has(key) ? [] : [`${key}=${value}`]))
  if (added.length === 0) return text
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${added.join('\n')}`
}

function withValue({ rawKey, lines }: EnvEntry, value: string): string {
  return `${rawKey}=${value}${lines.at(-1)?.endsWith('\r') ? '\r' : ''}`
}

/**
 * The first key that the rack would read with another value than the person intended; null if there is none. The end
 * of a value with several lines is not marked, so the next line can look like a part of the value.
 */
export function misreadKey(env: string, edits: Edits): string | null {
  const before = environmentValues(env)
  const after = environmentValues(applyEdits(env, edits))
  for (const key of new Set([...before.keys(), ...edits.keys(), ...after.keys()])) {
    const edit = edits.get(key)
    const expected = edit === undefined ? before.get(key) : (edit ?? undefined)
    if (withoutLastBreaks(after.get(key)) !== withoutLastBreaks(expected)) return key
  }
  return null
}

/** The value of the last variable includes the line breaks at the end of the text. */
function withoutLastBreaks<V extends string | undefined>(value: V): V {
  return value?.replace(/\n+$/, '') as V
}
