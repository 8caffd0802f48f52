import { Type } from 'typebox'

/** Where something of a document is written, by the path to it. */
export type LineOf = (path: readonly (string | number)[]) => string

export const closed = { additionalProperties: false } as const

/** @param description what is listed, as messages name it */
export function listOf(description: string, options: { readonly minItems?: number } = {}) {
  return Type.Array(Type.String({ description: 'a text' }), { ...options, description: `a list of ${description}` })
}

export function names(description: string) {
  return Type.Optional(listOf(description))
}

/** What narrows: an empty list would be for nothing at all. */
export function narrowingTo(description: string) {
  return Type.Optional(listOf(description, { minItems: 1 }))
}
