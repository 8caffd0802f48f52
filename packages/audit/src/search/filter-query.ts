import { type Static, type TArray, type TOptional, type TSchema, type TUnion, Type } from 'typebox'
import { eventKinds } from '../events/event.ts'
import { viewNames } from './views.ts'

function text(description: string) {
  return Type.String({ minLength: 1, maxLength: 300, description })
}

/** Filters by one field. Each takes several values, one of which must match, and has an exclusion. */
const exactFilters = {
  principal: text('the ID of a user, API token, or job, or its name: an email address, or the name of an API token'),
  rack: text('the name of a rack'),
  app: text('the name of an app'),
  kind: Type.Enum([...eventKinds], { description: 'the kind of the event' }),
  permission: text('such as release:promote'),
  route: text('the ID of a route, such as POST /apps/{app}/releases/{release}/promote'),
  effect: Type.Enum(['allow', 'deny', 'require'], { description: 'the effect of the decision' }),
  rule: text('the rule that decided'),
  status: Type.String({
    pattern: '^[1-5](?:\\d\\d|xx)$',
    description: 'a status code, or a class of them such as 5xx',
  }),
  address: text('an address, or a network such as 192.0.2.0/24'),
}

export type ExactFilter = keyof typeof exactFilters
export const exactFilterNames = Object.keys(exactFilters) as ExactFilter[]

/** The parameter that excludes a filter's values, such as `notKind`. */
export function exclusionName<N extends ExactFilter>(name: N) {
  return `not${name.charAt(0).toUpperCase()}${name.slice(1)}` as `not${Capitalize<N>}`
}

/** Values of one filter or exclusion, at most. */
const maxValues = 10

type OneOrMore<S extends TSchema> = TUnion<[S, TArray<S>]>
type ExactProperties = { readonly [N in ExactFilter]: TOptional<OneOrMore<(typeof exactFilters)[N]>> }
type ExclusionProperties = {
  readonly [N in ExactFilter as `not${Capitalize<N>}`]: TOptional<TArray<(typeof exactFilters)[N]>>
}

function mapFilters<T>(
  property: (name: ExactFilter, schema: TSchema & { description: string }) => [string, TSchema],
): T {
  return Object.fromEntries(exactFilterNames.map((name) => property(name, exactFilters[name] as never))) as T
}

const exact = mapFilters<ExactProperties>((name, schema) => [
  name,
  Type.Optional(
    Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: maxValues })], {
      description: `${schema.description}; repeatable`,
    }),
  ),
])
const exclusions = mapFilters<ExclusionProperties>((name, schema) => [
  exclusionName(name),
  Type.Optional(
    Type.Array(schema, {
      minItems: 1,
      maxItems: maxValues,
      description: `excludes events whose ${name} has this value; repeatable`,
    }),
  ),
])

/** An event must match all filters, each by one of its values, and none of the exclusions. */
export const filterProperties = {
  from: Type.Optional(text('at this time or later, RFC 3339 in UTC')),
  to: Type.Optional(text('before this time, RFC 3339 in UTC')),
  view: Type.Optional(
    Type.Enum([...viewNames], {
      description:
        'only the events of a view: changes (and denials), logins, sessions, or administration; or without-console-reads, which excludes what the web console read for its pages',
    }),
  ),
  ...exact,
  command: Type.Optional(
    text('a part of the command in whole words, as it was written except for case, such as rake db:migrate'),
  ),
  text: Type.Optional(text('words of the command or of a reason, in any order; word* for a prefix')),
  request: Type.Optional(text('the requestId of an error response')),
  stream: Type.Optional(Type.String({ format: 'uuid', description: 'the events of one gateway process in one month' })),
  credential: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'the ID of the session or API token that was used; requires principal',
    }),
  ),
  ...exclusions,
}

export const FilterQuery = Type.Object(filterProperties)
export type FilterQuery = Static<typeof FilterQuery>
