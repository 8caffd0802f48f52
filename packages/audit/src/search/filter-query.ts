import { type Static, Type } from 'typebox'
import { eventKinds } from '../event.ts'

function Filter(description: string) {
  return Type.Optional(Type.String({ minLength: 1, maxLength: 300, description }))
}

/** Filters of a search, as query parameters. An event must match all of them. */
export const filterProperties = {
  from: Filter('at this time or later, RFC 3339 in UTC'),
  to: Filter('before this time, RFC 3339 in UTC'),
  principal: Filter('the ID of a user, API token, or job, or its name: an e-mail address, or the name of an API token'),
  rack: Filter('the name of a rack'),
  app: Filter('the name of an app'),
  kind: Type.Optional(Type.Enum([...eventKinds], { description: 'the kind of the event' })),
  permission: Filter('such as release:promote'),
  route: Filter('the ID of a route, such as POST /apps/{app}/releases/{release}/promote'),
  effect: Type.Optional(Type.Enum(['allow', 'deny', 'needs'], { description: 'the effect of the decision' })),
  rule: Filter('the rule that decided'),
  status: Type.Optional(
    Type.String({ pattern: '^[1-5](?:\\d\\d|xx)$', description: 'a status code, or a class of them such as 5xx' }),
  ),
  command: Filter('whole words of the command in this order, such as rake db:migrate'),
  text: Filter('words of the command or of a reason, in any order; word* for a prefix'),
  address: Filter('an address, or a network such as 192.0.2.0/24'),
  request: Filter('the requestId of an error response'),
  stream: Type.Optional(Type.String({ format: 'uuid', description: 'one run of a gateway process' })),
}

export const FilterQuery = Type.Object(filterProperties)
export type FilterQuery = Static<typeof FilterQuery>
