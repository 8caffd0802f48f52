import type { TObject } from 'typebox'
import { Value } from 'typebox/value'

/** Makes one sentence of what is wrong with a variable. */
export interface ProblemWords {
  /** The variable's full name. */
  variable(property: string): string
  /** Added to "is missing", such as a name that was perhaps meant. */
  missing(property: string): string
}

/** Every way in which `values` fails `schema`, a sentence each, without any value in it. */
export function problemsOf(schema: TObject, values: unknown, words: ProblemWords): string[] {
  const found = new Map<string, string>()
  for (const error of Value.Errors(schema, values)) {
    if (error.keyword === 'required') {
      for (const property of error.params.requiredProperties)
        found.set(property, `is missing${words.missing(property)}`)
      continue
    }
    const property = error.instancePath.slice(1)
    if (!found.has(property)) found.set(property, error.keyword === '~refine' ? error.message : 'is not valid')
  }
  return [...found].map(
    ([property, what]) => `${words.variable(property)} ${what}; it should be ${descriptionOf(schema, property)}`,
  )
}

/** What completes "it should be". */
export function descriptionOf(schema: TObject, property: string): string {
  const type = schema.properties[property]
  return type !== undefined && 'description' in type ? String(type.description) : 'left out'
}
