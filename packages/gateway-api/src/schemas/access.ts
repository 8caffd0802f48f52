import { type Static, Type } from 'typebox'
import { ReviewedBinding } from './access-review.ts'
import { ClosedObject, LongCursorPageQuery, Nullable, Time } from './common.ts'
import { Conditions } from './policy.ts'

const Name = Type.String({ minLength: 1, maxLength: 300 })

export const AppAccessQuery = ClosedObject({ rack: Name, app: Name, ...LongCursorPageQuery.properties })

export const GrantedAccess = Type.Object({
  ...ReviewedBinding.properties,
  rack: Nullable(Type.String({ description: 'the only rack that an API token is valid for' })),
  endsAt: Nullable(
    Type.String({ ...Time, description: 'when the binding or the API token expires, whichever is first' }),
  ),
  conditions: Conditions,
  allows: Type.Array(Type.String(), {
    description:
      'the permissions that the binding gives now. Counts conditions on addresses as met. For an API token, only permissions that its owner has, too',
  }),
  inactive: Nullable(Type.String({ description: 'why the binding gives no permission now; null if it gives one' })),
})
export type GrantedAccess = Static<typeof GrantedAccess>
