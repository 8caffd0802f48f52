import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, filteredPageQuery, Id, Line, Nullable, searchText, Time } from './common.ts'
import { factorKinds } from './second-factors.ts'

export const User = Type.Object({
  id: Id,
  email: Type.String(),
  issuer: Type.String({ description: 'the identity provider' }),
  createdAt: Time,
  lockedAt: Nullable(Time),
  lockedReason: Nullable(Type.String()),
  groups: Type.Array(Type.String(), { description: 'groups that the identity provider named at the last login' }),
  secondFactors: Type.Array(ExtensibleEnum(factorKinds), {
    description: 'the kinds of second factors that the user has; empty: none',
  }),
})
export const UserQuery = ClosedObject({
  ...filteredPageQuery('group', 'the name of a group').properties,
  search: searchText('whose email address contains this text'),
  secondFactor: Type.Optional(Type.Enum(['none'], { description: '`none`: only users who have no second factor' })),
})
export type User = Static<typeof User>

export const LockRequest = ClosedObject({ reason: Line(500, 'a reason, on one line') })
export const LockedUser = Type.Object({
  user: User,
  stoppedTokens: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      expiresAt: Time,
      handOver: Type.String({
        description: 'the path of the POST request that gives the token another owner, so that it works again',
      }),
    }),
  ),
})

export const Group = Type.Object({
  name: Type.String(),
  members: Type.Integer({ description: 'users who were in the group at their last login' }),
  bindings: Type.Integer({ description: 'bindings of the group' }),
})

export const ServiceAccount = Type.Object({
  id: Id,
  name: Type.String(),
  createdAt: Time,
  disabledAt: Nullable(Time),
})
export type ServiceAccount = Static<typeof ServiceAccount>
export const ServiceAccountRequest = ClosedObject({ name: Type.String({ maxLength: 100 }) })
