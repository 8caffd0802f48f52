import { type Static, Type } from 'typebox'
import { ExtensibleEnum, Id, Nullable, Time } from './common.ts'

export const Notices = Type.Object({
  secondFactor: Nullable(
    Type.Object(
      { requiredBy: Nullable(Type.String({ ...Time, description: 'null: it is required now' })) },
      { description: 'only if the policy requires a second factor of the user, and the user has none' },
    ),
  ),
  tokens: Type.Array(Type.Object({ id: Id, name: Type.String(), expiresAt: Time }), {
    description: 'API tokens of the user that expire within 14 days, at most 50',
  }),
  stepUps: Type.Array(
    Type.Object({
      id: Id,
      device: Type.String({ description: 'the name of the device whose session asks' }),
      delivery: ExtensibleEnum(['callback', 'code'], 'how the result reaches the program that asks'),
      expiresAt: Time,
    }),
    { description: 'requests for a proof of a second factor that commands of the user wait for, at most 20' },
  ),
})
export type Notices = Static<typeof Notices>
