import type { TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** The parts of a problem's sentence that depend on the kind of variable. */
export interface ProblemFormat {
  /** The variable's full name. */
  variable(property: string): string
  /** Text to append to "is missing", such as a possible misspelling. */
  missing(property: string): string
}

/**
 * One sentence for each invalid property, without its value. Checks the properties one by one, because TypeBox stops
 * after eight errors.
 */
export function problemsOf(
  schema: TObject,
  values: Readonly<Record<string, unknown>>,
  format: ProblemFormat,
): string[] {
  return Object.entries(schema.properties).flatMap(([property, type]) => {
    const problem = problemOf(type, values[property], { required: schema.required?.includes(property) === true })
    if (problem === null) return []
    const withHint = problem === 'is missing' ? `${problem}${format.missing(property)}` : problem
    return [`${format.variable(property)} ${withHint}; it should be ${descriptionOf(schema, property)}`]
  })
}

function problemOf(type: TSchema, value: unknown, { required }: { readonly required: boolean }): string | null {
  if (value === undefined) return required ? 'is missing' : null
  const [error] = Value.Errors(type, value)
  if (error === undefined) return null
  return error.keyword === '~refine' ? error.message : 'is not valid'
}

/** The property's description, which completes "it should be". */
export function descriptionOf(schema: TObject, property: string): string {
  const type = schema.properties[property]
  return type !== undefined && 'description' in type ? String(type.description) : 'left out'
}
