import { Type } from 'typebox'

/** The line of a part of the document, by its path. */
export type LineOf = (path: readonly (string | number)[]) => string

export const closed = { additionalProperties: false } as const

/** @param description the items, as messages name them */
export function listOf(description: string, options: { readonly minItems?: number } = {}) {
  return Type.Array(Type.String({ description: 'text' }), { ...options, description: `a list of ${description}` })
}

export function names(description: string) {
  return Type.Optional(listOf(description))
}

/** A list that narrows a rule. An empty one would match nothing, so it is invalid. */
export function narrowingList(description: string) {
  return Type.Optional(listOf(description, { minItems: 1 }))
}
