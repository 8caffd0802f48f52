import { commandCarriers } from '@rack-gateway/convox-api/commands'
import { type Static, type TSchema, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Names = Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })
const Rack = Type.String({ maxLength: 100 })
const Document = Type.Unknown({
  description:
    'the document as plain JSON: roles, commands, blocked operations and patterns, what is built in included',
})
const Hash = Type.String({ description: 'SHA-256 of the document, hex: the same in every event' })

export const RackQuery = Type.Object({ rack: Type.Optional(Rack) }, closed)

export const PolicyInForce = Type.Object({
  policy: Hash,
  source: Type.String({ description: 'what the document is called' }),
  text: Nullable(Type.String({ description: 'as it was read' })),
  document: Document,
})

const Binding = Type.Object({
  id: Type.String(),
  role: Type.String(),
  racks: Type.String(),
  apps: Type.String(),
  expiresAt: Nullable(Type.Integer({ description: 'milliseconds since the epoch' })),
  permissions: Type.Optional(Type.Array(Type.String())),
})

const Caller = {
  kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload')]),
  id: Type.String(),
  name: Type.String(),
}

export const EffectivePolicy = Type.Object({
  format: Type.Literal(1, { description: 'raised when decisions are made from it in another way' }),
  rack: Type.String(),
  policy: Hash,
  document: Document,
  principal: Type.Object(
    {
      ...Caller,
      rack: Nullable(Type.String()),
      groups: Type.Array(Type.String()),
      bindings: Type.Array(Binding),
      owner: Nullable(
        Type.Object({
          kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]),
          id: Type.String(),
          name: Type.String(),
          bindings: Type.Array(Binding),
        }),
      ),
    },
    { description: 'the caller, and of a token its owner: nobody else' },
  ),
})

/** A call as `planCommand` plans it, its route by its id. What is left out is open: it is tried each way. */
export const CallToDecide = Type.Object(
  {
    route: Type.String({ maxLength: 200, description: 'the id of a route, such as GET /apps/{app}/processes' }),
    app: Type.Optional(Type.String({ maxLength: 1_000 })),
    params: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4_000 }))),
    parameters: Type.Optional(Type.Object({ query: Names, form: Names, headers: Names }, closed)),
    command: Type.Optional(
      Nullable(
        Type.Object(
          {
            header: Type.String({ description: 'the value of the header Command: UTF-8, one character a byte' }),
            by: Type.Enum([...commandCarriers]),
          },
          closed,
        ),
      ),
    ),
    process: Type.Optional(
      Nullable(
        Type.Object(
          {
            id: Nullable(Type.String({ maxLength: 1_000 })),
            service: Nullable(Type.String({ maxLength: 1_000, description: 'null: only the rack knows' })),
            own: Type.Union([Type.Literal('yes'), Type.Literal('unknown')]),
          },
          closed,
        ),
      ),
    ),
    release: Type.Optional(Nullable(Type.Object({ id: Nullable(Type.String({ maxLength: 1_000 })) }, closed))),
    environment: Type.Optional(
      Nullable(
        Type.Object(
          { named: Names, others: Type.Union([Type.Literal('none'), Type.Literal('possible')]) },
          { ...closed, description: 'keys that are set or unset, and whether others may change too' },
        ),
      ),
    ),
  },
  closed,
)
export type CallToDecide = Static<typeof CallToDecide>

export const DecisionsRequest = Type.Object(
  {
    rack: Type.Optional(Rack),
    as: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 600,
        description:
          'the id or e-mail address of a user; where several have the address, with the issuer: ann@example.com/accounts.google.com',
      }),
    ),
    calls: Type.Array(CallToDecide, { minItems: 1, maxItems: 100 }),
  },
  closed,
)

const Decision = Type.Object({
  effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('needs')]),
  rule: Type.String(),
  source: Type.String({ description: 'where the rule stands, such as policy.yaml:12' }),
  permission: Type.String(),
  reason: Type.String(),
  next: Type.Optional(Type.String({ description: 'what to do about it' })),
  requirement: Type.Optional(Type.Union([Type.Literal('step-up'), Type.Literal('approval')])),
  roles: Type.Array(Type.String()),
  bindings: Type.Array(Type.String()),
  policy: Hash,
})

export const Decisions = Type.Object({
  rack: Type.String(),
  policy: Hash,
  caller: Type.Object(Caller),
  decisions: Type.Array(
    Type.Object({
      route: Type.String(),
      decision: Decision,
      when: Nullable(Type.String({ description: 'what has to be so for that; null where nothing is open' })),
      otherwise: Nullable(
        Type.Object(
          { when: Type.String(), decision: Decision },
          { description: 'what it comes to in another case, which only the rack knows' },
        ),
      ),
    }),
    { description: 'in the order of the calls' },
  ),
})
