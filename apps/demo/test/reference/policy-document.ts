import { wordTypes } from '@rack-gateway/command-matcher'
import { builtInText, WrittenPolicy } from '@rack-gateway/rbac-policy/document'
import { code, table } from './table.ts'

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly required?: readonly string[]
}

/** The generated parts of policy-document.md, from the schema and the built-in text. */
export function policyDocumentParts(): Record<string, string> {
  return {
    fields: table(['field', 'should be', ''], fieldsOf(WrittenPolicy as Schema, '')),
    types: table(
      ['type', 'stands for'],
      Object.entries(wordTypes).map(([name, { description }]) => [code(name), description]),
    ),
    text: `\`\`\`yaml\n${builtInText.trimEnd()}\n\`\`\``,
  }
}

function fieldsOf({ properties = {}, required = [] }: Schema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const row = [code(path), field.description ?? '', required.includes(name) ? 'needed' : '']
    return [row, ...below(field, path)]
  })
}

/** Names that one chooses stand in angle brackets. */
function below(field: Schema, path: string): string[][] {
  const [named] = Object.values(field.patternProperties ?? {})
  if (named !== undefined) return fieldsOf(named, `${path}.<name>.`)
  if (field.items?.properties !== undefined) return fieldsOf(field.items, `${path}[].`)
  return fieldsOf(field, `${path}.`)
}
