import { wordTypes } from '@rack-gateway/command-matcher'
import { WrittenPolicy } from '@rack-gateway/rbac-policy/document'
import { code, list } from './table.ts'

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly required?: readonly string[]
}

/** The generated parts of policy-document.md, from the schema. */
export function policyDocumentParts(): Record<string, string> {
  return {
    fields: list(fieldsOf(WrittenPolicy as Schema, '', new Map())),
    types: list(Object.entries(wordTypes).map(([name, { description }]) => [code(name), description])),
  }
}

/** `seen` has where each object was first described, so that the same fields aren't listed twice. An optional object is listed by its fields. */
function fieldsOf(
  { properties = {}, required = [] }: Schema,
  prefix: string,
  seen: Map<string, string>,
): [string, string][] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const needed = required.includes(name) ? ' (required)' : ''
    const same = seen.get(JSON.stringify(field))
    if (same !== undefined) return [[code(path), `the same as ${code(same)}${needed}`]]
    if (field.properties !== undefined) seen.set(JSON.stringify(field), path)
    const fields = below(field, path, seen)
    if (field.properties !== undefined && needed === '' && fields.length > 0) return fields
    return [[code(path), `${field.description ?? ''}${needed}`], ...fields]
  })
}

/** Names that one chooses stand in angle brackets. */
function below(field: Schema, path: string, seen: Map<string, string>): [string, string][] {
  const [named] = Object.values(field.patternProperties ?? {})
  if (named !== undefined) return fieldsOf(named, `${path}.<name>.`, seen)
  if (field.items?.properties !== undefined) return fieldsOf(field.items, `${path}[].`, seen)
  return fieldsOf(field, `${path}.`, seen)
}
