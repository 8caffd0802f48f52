import { type Static, Type } from 'typebox'
import { closed, Nullable, Time } from './common.ts'
import { Caller } from './me.ts'

const Names = Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })
const RackName = Type.String({ maxLength: 100 })
const Document = Type.Unknown({
  description:
    'the document as JSON: roles, command rules, blocked operations, and patterns, including the built-in ones',
})
const PolicyHash = Type.String({ description: 'SHA-256 of the document, hex; the same as in audit events' })

export const RackQuery = Type.Object({ rack: Type.Optional(RackName) }, closed)

export const ActivePolicy = Type.Object({
  policy: PolicyHash,
  source: Type.String({ description: 'the name of the document' }),
  text: Nullable(Type.String({ description: 'the text of the document; null for the built-in policy' })),
  document: Document,
})

const EffectiveBinding = Type.Object({
  id: Type.String(),
  role: Type.String(),
  racks: Type.String(),
  apps: Type.String(),
  expiresAt: Nullable(Type.Integer({ description: 'milliseconds since the epoch' })),
  permissions: Type.Optional(Type.Array(Type.String())),
})

export const EffectivePolicy = Type.Object({
  format: Type.Literal(1, { description: 'increased when the meaning of the other members changes' }),
  rack: Type.String(),
  policy: PolicyHash,
  document: Document,
  principal: Type.Object(
    {
      kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload')]),
      id: Type.String(),
      name: Type.String(),
      rack: Nullable(Type.String()),
      groups: Type.Array(Type.String()),
      bindings: Type.Array(EffectiveBinding),
      owner: Nullable(
        Type.Object({
          kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]),
          id: Type.String(),
          name: Type.String(),
          bindings: Type.Array(EffectiveBinding),
        }),
      ),
    },
    { description: 'the caller, and for a token its owner' },
  ),
})

/** A planned call. A member that is left out is unknown, and every value of it is evaluated. */
export const RequestedCall = Type.Object(
  {
    route: Type.String({ maxLength: 200, description: 'the ID of a route, such as GET /apps/{app}/processes' }),
    app: Type.Optional(Type.String({ maxLength: 1_000 })),
    params: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4_000 }))),
    parameters: Type.Optional(Type.Object({ query: Names, form: Names, headers: Names }, closed)),
    command: Type.Optional(
      Nullable(
        Type.Object(
          {
            header: Type.String({
              description: 'the value of the header Command: UTF-8, each byte as one character',
            }),
            by: Type.Enum(['run', 'exec', 'shell']),
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
            service: Nullable(Type.String({ maxLength: 1_000, description: 'null: only the rack knows it' })),
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
          { ...closed, description: 'keys that the call sets or unsets, and whether other keys may change too' },
        ),
      ),
    ),
  },
  closed,
)
export type RequestedCall = Static<typeof RequestedCall>

export const DecideRequest = Type.Object(
  {
    rack: Type.Optional(RackName),
    as: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 600,
        description:
          'the ID or email address of a user; if several users have the address, add the issuer: ann@example.com/accounts.google.com',
      }),
    ),
    calls: Type.Array(RequestedCall, { minItems: 1, maxItems: 100 }),
  },
  closed,
)
export type DecideRequest = Static<typeof DecideRequest>

const Decision = Type.Object({
  effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('needs')]),
  rule: Type.String(),
  source: Type.String({ description: 'where the rule is defined, such as policy.yaml:12' }),
  permission: Type.String(),
  reason: Type.String(),
  next: Type.Optional(Type.String({ description: 'what the caller can do' })),
  requirement: Type.Optional(Type.Union([Type.Literal('step-up'), Type.Literal('approval')])),
  roles: Type.Array(Type.String()),
  bindings: Type.Array(Type.String()),
  policy: PolicyHash,
})

export const Decisions = Type.Object({
  rack: Type.String(),
  policy: PolicyHash,
  caller: Caller,
  decisions: Type.Array(
    Type.Object({
      route: Type.String(),
      decision: Decision,
      when: Nullable(Type.String({ description: 'when this decision applies; null: always' })),
      otherwise: Nullable(
        Type.Object(
          { when: Type.String(), decision: Decision },
          { description: 'the decision in another case, which only the rack can tell' },
        ),
      ),
    }),
    { description: 'in the order of the calls' },
  ),
})
export type Decisions = Static<typeof Decisions>

const maxDocumentLength = 256 * 1024

export const ImpactRequest = Type.Object(
  {
    document: Type.String({ maxLength: maxDocumentLength, description: 'the proposed policy document, as YAML' }),
    since: Type.String({
      maxLength: 40,
      description: 'the start of the range: 30d, 12h, or 45m ago, or a time in UTC such as 2027-01-31T12:00:00Z',
    }),
  },
  closed,
)

const Count = Type.Integer({ minimum: 0 })

const ImpactChange = Type.Object({
  effect: Type.Union([Type.Literal('permits'), Type.Literal('refuses')]),
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  route: Type.String(),
  rack: Type.String(),
  app: Nullable(Type.String()),
  command: Nullable(Type.String()),
  rule: Type.String({ description: 'the rule of the proposed document that decides' }),
  reason: Type.String(),
  count: Count,
  last: Type.String({ description: 'the time of the latest of these calls' }),
})
export type ImpactChange = Static<typeof ImpactChange>

export const Impact = Type.Object({
  policy: PolicyHash,
  proposed: Type.String({ description: 'SHA-256 of the proposed document, hex' }),
  since: Time,
  until: Time,
  calls: Type.Integer({ minimum: 0, description: 'recorded calls that were evaluated' }),
  unclear: Type.Integer({ minimum: 0, description: 'calls whose events have too little information to evaluate' }),
  packages: Type.Integer({ minimum: 0, description: 'calls that a policy package denied, which is not evaluated' }),
  permitted: Type.Integer({ minimum: 0, description: 'calls that were denied and would be allowed' }),
  refused: Type.Integer({ minimum: 0, description: 'calls that were allowed and would be denied' }),
  cut: Nullable(
    Type.Object(
      { by: Type.Union([Type.Literal('time'), Type.Literal('number')]), from: Time },
      { description: 'which limit was reached, and from when on calls were evaluated; null: all calls' },
    ),
  ),
  changes: Type.Array(ImpactChange, { description: 'similar calls as one change, the most frequent first' }),
  more: Type.Integer({ minimum: 0, description: 'further changes that are left out' }),
})
export type Impact = Static<typeof Impact>
