import { type Static, type TObject, type TProperties, type TSchema, type TSchemaOptions, Type } from 'typebox'

/** For requests. Responses are open, so that an older client accepts the members that a newer gateway adds. */
export function ClosedObject<P extends TProperties>(properties: P, options: TSchemaOptions = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}
export const open = { additionalProperties: true } as const

export const Id = Type.String({ format: 'uuid' })
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, in UTC' })

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** For responses: a newer gateway may send other values, so a client must accept every string. */
export function ExtensibleEnum(values: readonly string[], description?: string) {
  return Type.String({ 'x-extensible-enum': values, ...(description !== undefined && { description }) })
}

/** For requests: text that a person typed, on one line. */
export function Line(maxLength: number, description: string) {
  return Type.String({ minLength: 1, maxLength, pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]+$', description })
}

/**
 * For requests: text that can contain a token of the gateway, or random characters that look like one. The gateway does
 * not store it, or redacts it before. It rejects tokens in all other text, because people paste them by mistake.
 */
export const mayContainTokens = { 'x-may-contain-tokens': true } as const

const namePattern = 'a name, or a pattern in which * stands for any part of a name; * alone matches every name'
export const NamePattern = Type.String({ description: namePattern })
export const NamePatternRequest = Type.String({ maxLength: 100, description: namePattern })

/** For requests with `racks`. */
export const allowUnknownRacks = Type.Optional(
  Type.Boolean({
    description:
      'whether `racks` may name a rack that does not exist now; by default, the gateway refuses such a name, and only warns about a pattern that matches no rack',
  }),
)

/** @param description of one pattern */
export function namePatterns<P extends TSchema>(pattern: P, description: string) {
  return Type.Union([pattern, Type.Array(pattern, { minItems: 1, maxItems: 20, uniqueItems: true })], {
    description: `${description}; or a list of them`,
  })
}

const defaultLimit = 50
const maxLimit = 200

function pageQuery(maxCursor: number) {
  return ClosedObject({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit })),
    cursor: Type.Optional(
      Type.String({ maxLength: maxCursor, description: '`next` of the previous page', ...mayContainTokens }),
    ),
  })
}

export const PageQuery = pageQuery(200)
export type PageQuery = Static<typeof PageQuery>
/** For lists of audit events: their cursors contain a position in the log. */
export const EventPageQuery = pageQuery(400)
/** For lists that are sorted by name: their cursors contain a name, which can be long. */
export const LongCursorPageQuery = pageQuery(2_000)

/** @param where such as `whose name contains this text` */
export function searchText(where: string) {
  return Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: `only items ${where}, in any case` }))
}

export function filteredPageQuery<N extends string>(name: N, description: string) {
  const filter = Type.Optional(Type.String({ maxLength: 300, description }))
  return ClosedObject({ ...PageQuery.properties, [name]: filter } as typeof PageQuery.properties & {
    [K in N]: typeof filter
  })
}

export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Nullable(Type.String({ description: '`cursor` of the next page; null on the last page' })),
  })
}

const warnings = {
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'what the gateway accepted but may be a mistake, in plain sentences' }),
  ),
}

export function withWarnings<T extends TObject>(schema: T) {
  return Type.Object({ ...schema.properties, ...warnings } as T['properties'] & typeof warnings)
}

const observeDescription =
  'observe mode: calls that the policy denies for want of a permission, a command rule, or a proof are allowed and recorded until this time'
const ObserveMode = Type.Object({ until: Time })

/** Whether a rack is in observe mode. */
export const Observing = Nullable(
  Type.Object({ ...ObserveMode.properties }, { description: `${observeDescription}; null: the policy is enforced` }),
)
/** The racks that are in observe mode, by name. */
export const ObservedRacks = Type.Record(Type.String(), ObserveMode, {
  description: `only if there are any: the racks in ${observeDescription}`,
})
