import type { TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** Formats a problem of a variable as one sentence. */
export interface ProblemWords {
  /** The variable's full name. */
  variable(property: string): string
  /** Added to "is missing", such as a name that was perhaps meant. */
  missing(property: string): string
}

/** Every way in which `values` fails `schema`, a sentence each, without any value in it. One by one: TypeBox counts to eight. */
export function problemsOf(schema: TObject, values: Readonly<Record<string, unknown>>, words: ProblemWords): string[] {
  return Object.entries(schema.properties).flatMap(([property, type]) => {
    const what = problemOf(type, values[property], { required: schema.required?.includes(property) === true })
    if (what === null) return []
    const said = what === 'is missing' ? `${what}${words.missing(property)}` : what
    return [`${words.variable(property)} ${said}; it should be ${descriptionOf(schema, property)}`]
  })
}

function problemOf(type: TSchema, value: unknown, { required }: { readonly required: boolean }): string | null {
  if (value === undefined) return required ? 'is missing' : null
  const [error] = Value.Errors(type, value)
  if (error === undefined) return null
  return error.keyword === '~refine' ? error.message : 'is not valid'
}

/** What completes "it should be". */
export function descriptionOf(schema: TObject, property: string): string {
  const type = schema.properties[property]
  return type !== undefined && 'description' in type ? String(type.description) : 'left out'
}
