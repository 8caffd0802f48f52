import { type Static, Type } from 'typebox'
import { AppChange } from './app-changes.ts'
import { Nullable, Time } from './common.ts'

export const OwnApp = Type.Object({
  rack: Type.String(),
  app: Type.String(),
  canChange: Type.Boolean({ description: 'whether the caller has a permission that changes the app' }),
  lastOwnChange: Nullable(Type.String({ ...Time, description: 'when the caller last changed the app' })),
  lastPromotion: Nullable(
    Type.Object(
      { at: Time, by: Type.String({ description: 'the name of the principal' }) },
      {
        description: 'the last promotion among the newest 500 changes of the app; null if none of them is a promotion',
      },
    ),
  ),
})
export type OwnApp = Static<typeof OwnApp>

export const OwnApps = Type.Object({
  apps: Type.Array(OwnApp, {
    description:
      'at most 50 apps: those that the caller changed, newest change first, then those that the caller can change, then those that the caller can only see, each newest promotion first',
  }),
})
export type OwnApps = Static<typeof OwnApps>

const { principal: _, ...change } = AppChange.properties
export const OwnChange = Type.Object({
  ...change,
  rack: Type.String(),
  app: Nullable(Type.String({ description: 'null for a change of the rack itself' })),
})
export type OwnChange = Static<typeof OwnChange>
