import { jsonShapes } from '@rack-gateway/cli/reference'

interface Schema {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** Characters. */
const maxLine = 120

const heading = `/** What each command of rack-gateway prints with --json. Lists are complete, except for pages with \`next\`. */

/** RFC 3339 */
export type Time = string
/** A UUID */
export type Id = string`

/** The file cli-json.d.ts: each shape once. */
export function cliJsonTypes(): string {
  const shapes: readonly (readonly [string, Schema])[] = Object.entries(jsonShapes).flatMap(alternatives)
  listed = new Set()
  const types = new Map<string, string>()
  for (const [name, shape] of shapes) {
    const text = JSON.stringify(shape.items ?? shape)
    if (!types.has(text)) types.set(text, typeName(name))
  }
  const named = new Map(types)
  const declarations = [...types].map(([text, type]) => {
    const commands = shapes.filter(([, shape]) => JSON.stringify(shape.items ?? shape) === text).map(printedBy)
    return `// ${commands.join(', ')}\n${declaration(type, JSON.parse(text), types, named)}`
  })
  return `${[heading, ...declarations].join('\n\n')}\n`
}

/** A command whose JSON depends on an option has a shape for each; the title of the shape is the option. */
function alternatives([command, shape]: readonly [string, Schema]): (readonly [string, Schema])[] {
  return (shape.anyOf ?? [shape]).map(({ title, ...one }) => [
    title === undefined ? command : `${command} ${title}`,
    one,
  ])
}

function printedBy([command, { items, description }]: readonly [string, Schema]): string {
  const remarks = [...(items === undefined ? [] : ['an array']), ...(description === undefined ? [] : [description])]
  return remarks.length === 0 ? command : `${command} (${remarks.join('; ')})`
}

/** `tokens create` is `TokensCreate`. */
function typeName(command: string): string {
  return command.replaceAll('--', '').replaceAll(/(?:^|[ -])([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The members of its base are not listed again. */
function declaration(
  type: string,
  shape: Schema,
  types: ReadonlyMap<string, string>,
  named: Map<string, string>,
): string {
  const base = baseOf(shape, types)
  const own = Object.entries(shape.properties ?? {}).filter(([name]) => !(name in (base?.shape.properties ?? {})))
  const members = own.flatMap(([name, member]) => memberLines(type, name, member, shape.required ?? [], named, '  '))
  return [`export interface ${type}${base === undefined ? '' : ` extends ${base.type}`} {`, ...members, '}'].join('\n')
}

/** The largest smaller shape all of whose members it has. */
function baseOf(shape: Schema, types: ReadonlyMap<string, string>) {
  const all = [...types].map(([text, name]) => ({ type: name, shape: JSON.parse(text) as Schema }))
  const smaller = all.filter((one) => sizeOf(one.shape) > 3 && sizeOf(one.shape) < sizeOf(shape))
  const candidates = smaller.filter((one) => includes(shape, one.shape))
  return candidates.toSorted((one, other) => sizeOf(other.shape) - sizeOf(one.shape))[0]
}

function sizeOf({ properties = {} }: Schema): number {
  return Object.keys(properties).length
}

function includes(shape: Schema, other: Schema): boolean {
  const memberOf = (one: Schema, name: string) =>
    JSON.stringify([one.properties?.[name], one.required?.includes(name) ?? false])
  return Object.keys(other.properties ?? {}).every((name) => memberOf(shape, name) === memberOf(other, name))
}

/** An object with at least three members has its members once, and is a path such as `Can['calls'][number]` elsewhere. */
function memberLines(
  owner: string,
  name: string,
  member: Schema,
  required: readonly string[],
  named: Map<string, string>,
  indent: string,
): string[] {
  const label = `${indent}${name}${required.includes(name) ? '' : '?'}: `
  const inner = objectIn(member)
  const comment = firstTime(commentOf(member), name)
  if (inner === undefined || named.has(JSON.stringify(inner)))
    return [...wrapped(label, typeOf(member, named), `${indent}  `), comment].join('').split('\n')
  const path = `${owner}['${name}']${member.type === 'array' ? '[number]' : ''}`
  const lines = Object.entries(inner.properties ?? {}).flatMap(([below, one]) =>
    memberLines(path, below, one, inner.required ?? [], named, `${indent}  `),
  )
  const unnamed = typeOf(member, named)
  if (sizeOf(inner) >= 3) named.set(JSON.stringify(inner), path)
  const remark = comment === '' ? [] : [`${indent}  ${comment.trim()}`]
  return [`${label}{`, ...remark, ...lines, `${indent}}${unnamed.replace(/^object/, '')}`]
}

/** A long union has a line for each of its members, as the formatter writes it. */
function wrapped(label: string, type: string, indent: string): string[] {
  if (label.length + type.length <= maxLine) return [label, type]
  return [label.trimEnd(), ...type.split(' | ').map((member) => `\n${indent}| ${member}`)]
}

/** The object with members that a member is, or an array of, or null instead of. */
function objectIn(schema: Schema): Schema | undefined {
  if (Object.keys(schema.properties ?? {}).length > 0) return schema
  return [...(schema.items === undefined ? [] : [schema.items]), ...(schema.anyOf ?? [])]
    .map(objectIn)
    .find((one) => one !== undefined)
}

const timeRemarks: readonly string[] = ['RFC 3339', 'RFC 3339, in UTC']
const idRemark = 'a UUID'

/** Comments that were listed, with the names of their members. */
let listed = new Set<string>()

/** A comment is listed only at the first member with its name; a sentence, only once. */
function firstTime(comment: string, name: string): string {
  const key = comment.length > 60 ? comment : `${name}${comment}`
  if (listed.has(key)) return ''
  listed.add(key)
  return comment
}

function commentOf(schema: Schema): string {
  const text = schema.description ?? (schema.anyOf ?? []).map(({ description = '' }) => description).find(Boolean) ?? ''
  return text === '' || timeRemarks.includes(text) || text === idRemark ? '' : ` // ${text}`
}

function typeOf(schema: Schema, types: ReadonlyMap<string, string>): string {
  const name = types.get(JSON.stringify(schema))
  if (name !== undefined) return name
  if (timeRemarks.includes(schema.description ?? '')) return 'Time'
  if (schema.description === idRemark) return 'Id'
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, types)).join(' | ')
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ')
  if ('const' in schema) return `'${schema.const}'`
  if (schema.type === 'array') {
    const item = schema.items === undefined ? 'unknown' : typeOf(schema.items, types)
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`
  }
  if (schema.type === 'integer') return 'number'
  return schema.type ?? 'unknown'
}
