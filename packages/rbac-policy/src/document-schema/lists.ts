import type { Problem } from '@rack-gateway/command-matcher'
import { Type } from 'typebox'

/** Returns the line of the part of the document at a path, such as `policy.yaml:12`. */
export type LineOf = (path: readonly (string | number)[]) => string

export interface ReadContext {
  readonly lineOf: LineOf
  readonly problems: Problem[]
}

export const closed = { additionalProperties: false } as const

/** @param description the items, as messages name them */
export function listOf(description: string, options: { readonly minItems?: number } = {}) {
  return Type.Array(Type.String({ description: 'text' }), { ...options, description: `a list of ${description}` })
}

export function names(description: string) {
  return Type.Optional(listOf(description))
}

/** A list that narrows a rule. An empty list would match nothing, so it is invalid. */
export function narrowingList(description: string) {
  return Type.Optional(listOf(description, { minItems: 1 }))
}
