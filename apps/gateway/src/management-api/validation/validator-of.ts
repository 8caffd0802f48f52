import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

const validators = new WeakMap<TSchema, Validator>()

/** Compiled on first use, because a start that compiles all schemas takes longer. */
export function validatorOf(schema: TSchema): Validator {
  const cached = validators.get(schema)
  if (cached) return cached
  const validator: Validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}
