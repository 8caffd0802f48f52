import { jsonShapes } from '@rack-gateway/cli/reference'
import { code, table } from './table.ts'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

type Row = readonly [path: string, type: string, meaning: string]

/** The generated part of cli-json.md: each shape once, with the commands that print it. */
export function cliJsonParts(): Record<string, string> {
  const users = new Map<string, string[]>()
  for (const [name, shape] of Object.entries(jsonShapes)) {
    const text = JSON.stringify(shape)
    users.set(text, [...(users.get(text) ?? []), name])
  }
  const sections = [...users].map(([text, names]) => shapePart(names, JSON.parse(text)))
  return { shapes: sections.join('\n\n') }
}

function shapePart(names: readonly string[], shape: Schema): string {
  const what = shape.items === undefined ? 'An object:' : 'An array of objects:'
  const rows = membersOf(shape.items ?? shape, '')
  return [
    `## ${names.join(', ')}`,
    shape.description === undefined ? what : `${what.slice(0, -1)} (${shape.description}):`,
    table(
      ['member', 'type', 'meaning'],
      rows.map(([path, type, meaning]) => [code(path), type, meaning]),
    ),
  ].join('\n\n')
}

function membersOf({ properties = {}, required = [] }: Schema, before: string): Row[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${before}${name}`
    const absent = required.includes(name) ? '' : ' or absent'
    const row: Row = [path, `${typeOf(member)}${absent}`, meaningOf(member)]
    return [row, ...below(member, path)]
  })
}

function below(schema: Schema, path: string): Row[] {
  const inner = [schema, ...(schema.anyOf ?? [])]
  return inner.flatMap((one) => [
    ...membersOf(one, `${path}.`),
    ...(one.items === undefined ? [] : below(one.items, `${path}[]`)),
  ])
}

function meaningOf({ description, anyOf = [] }: Schema): string {
  return description ?? anyOf.map((one) => one.description ?? '').find((text) => text !== '') ?? ''
}

function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(' or ')
  if ('const' in schema) return code(String(schema.const))
  if (schema.type === 'array') return `array of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`
  return schema.type ?? 'anything'
}
