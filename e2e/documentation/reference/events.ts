import { AuditEvent, canonical, eventFields } from '@rack-gateway/audit'
import { repeatsName } from './repeats-name.ts'
import { code, list } from './table.ts'

interface Schema {
  readonly type?: unknown
  readonly enum?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: object
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
}

/** The generated part of events.md: every field of an event that has a value of its own, and the column that repeats it. */
export function eventParts(): Record<string, string> {
  const parents = new Set(eventFields.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf('.'), 0))))
  const leaves = eventFields.filter(({ path }) => !parents.has(path))
  const items = leaves.map(({ path, description, column }): [string, string] => {
    const meaning = repeatsName(path, description) ? '' : description
    if (column === undefined) return [code(path), meaning]
    return [column === path ? `**${code(path)}**` : `**${code(path)}** (${code(column)})`, meaning]
  })
  return { fields: list(items) }
}

/** Fields of an example that the schema does not have, or `canonical` if it is not in canonical form. */
export function faultsOf(line: string): string[] {
  const event: unknown = JSON.parse(line)
  return [...unknownFields(AuditEvent as object, event, ''), ...(canonical(event) === line ? [] : ['canonical'])]
}

function unknownFields(schema: Schema, value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(schema.items ?? {}, item, path))
  if (typeof value !== 'object' || value === null || schema.patternProperties !== undefined) return []
  const known = Object.assign({}, schema.properties, ...(schema.allOf ?? []).map(({ properties }) => properties))
  return Object.entries(value).flatMap(([name, member]) => {
    const field = `${path}${name}`
    return name in known ? unknownFields(known[name], member, `${field}.`) : [field]
  })
}

/** The names in the column `detail` of a kind; null where it says in words that more can come. */
export function detailNames(page: string, kind: string): string[] | null {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${kind}\` `))
  const cell = row?.split('|').at(-2) ?? ''
  if (/\b(filters|adds)\b/.test(cell)) return null
  return [...cell.replaceAll(/\(.*?\)/g, '').matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name = '']) => name)
}
