import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, Id, mayContainTokens, Nullable, Time } from './common.ts'
import { PasskeyOptions, PasskeyResponse } from './second-factors.ts'

const stepUpMethods = ['passkey', 'totp', 'backup-code'] as const

const Call = Type.Object({
  rack: Nullable(Type.String()),
  app: Nullable(Type.String()),
  route: Type.String({ description: 'the ID of the route or endpoint' }),
  command: Nullable(Type.Array(Type.String())),
  parameters: Type.Array(
    Type.Object({
      name: Type.String(),
      value: Nullable(Type.String({ description: '`[hidden]` for a secret; null: only the command knows the value' })),
    }),
    { description: 'of a planned call of a command' },
  ),
  otherParameters: Type.Boolean({ description: 'whether the call can have other parameters' }),
  times: Nullable(
    Type.Integer({ description: 'how often the proof is valid for this call; null: as often as the command needs it' }),
  ),
})

/** A request for the proof of a second factor. */
export const StepUp = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, email: Type.String() }),
  calls: Type.Array(Call, { description: 'the calls that the proof is for' }),
  address: Type.String({ description: 'the IP address that the step-up was requested from' }),
  fromThisAddress: Type.Boolean({ description: 'whether your request came from the same IP address' }),
  client: Nullable(Type.String({ description: 'the User-Agent of the request for the step-up' })),
  device: Type.String({ description: 'the device of the session that asked' }),
  createdAt: Time,
  expiresAt: Time,
  provedAt: Nullable(Type.String({ ...Time, description: 'when the user proved a second factor; null: not yet' })),
  level: ExtensibleEnum(
    ['recent', 'always', 'command'],
    'recent: for later calls of the session, too; always: for one call; command: for these calls, for an hour at most',
  ),
  withinSeconds: Nullable(Type.Integer({ description: 'how long the proof is valid; null: for one call or command' })),
  methods: Type.Array(ExtensibleEnum(stepUpMethods), {
    description: 'the methods that the policy accepts and the user has; empty: the user has to add a second factor',
  }),
  delivery: ExtensibleEnum(
    ['response', 'callback', 'code'],
    'how the result reaches the program that asked: in the response, by a callback on the same machine, or as a code that the user types',
  ),
  ownRequest: Type.Boolean({ description: 'whether this session asked' }),
  page: Type.String({ description: 'the page for the proof' }),
})
export type StepUp = Static<typeof StepUp>

/** Characters of a value in a plan. A longer value is sent as one that only the command knows. */
export const maxPlannedValue = 1_000

const plannedValues = (description: string) =>
  Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Nullable(Type.String({ maxLength: maxPlannedValue })), {
      maxProperties: 50,
      description,
      ...mayContainTokens,
    }),
  )

export const StepUpRequest = ClosedObject({
  delivery: Type.Enum(['response', 'callback']),
  calls: Type.Optional(
    Type.Array(
      ClosedObject({
        rack: Type.String({ maxLength: 100 }),
        app: Type.Optional(Nullable(Type.String({ maxLength: 100 }))),
        route: Type.String({ maxLength: 200 }),
        command: Type.Optional(
          Nullable(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 100, ...mayContainTokens })),
        ),
        params: plannedValues('path parameters that the program knows'),
        query: plannedValues('query parameters; null: a value that only the command knows; omitted: any parameters'),
        form: plannedValues('form parameters, as in `query`'),
        headers: plannedValues('option headers with lowercase names, as in `query`'),
        repeated: Type.Optional(
          Type.Boolean({ description: 'whether the command makes the call as often as it needs; default: once' }),
        ),
      }),
      {
        maxItems: 50,
        description:
          'the calls of one command; without them, the proof is valid for later calls that need a recent one',
      },
    ),
  ),
  passkeyOnly: Type.Optional(Type.Boolean()),
})

export const ProofRequest = ClosedObject({
  method: Type.Enum([...stepUpMethods]),
  response: Type.Optional(PasskeyResponse),
  code: Type.Optional(Type.String({ minLength: 6, maxLength: 20 })),
})

export const Proof = Type.Object({
  proof: Nullable(
    Type.String({ description: 'for the session that asked: the value of the header Step-Up of its calls' }),
  ),
  result: Nullable(
    Type.String({
      description: 'for any other session: a result, which the program that asked exchanges for the proof',
    }),
  ),
  method: ExtensibleEnum(stepUpMethods),
  provedAt: Time,
})
export type Proof = Static<typeof Proof>

export const RedeemRequest = ClosedObject({
  result: Type.String({ minLength: 8, maxLength: 100, ...mayContainTokens }),
})
export const RedeemedProof = Type.Object({
  proof: Type.String({ description: 'the value of the header Step-Up of the calls that need the proof' }),
  method: ExtensibleEnum(stepUpMethods),
  provedAt: Time,
})
export type RedeemedProof = Static<typeof RedeemedProof>
export const EndedProof = Type.Object({ ended: Type.Boolean() })

export { PasskeyOptions }
