import { type TSchema, Type } from 'typebox'

/** What a schema says, or null. */
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
