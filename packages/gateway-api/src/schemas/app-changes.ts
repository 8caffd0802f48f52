import { type Static, Type } from 'typebox'
import { ClosedObject, EventPageQuery, Id, Nullable, Time } from './common.ts'

const Name = Type.String({ minLength: 1, maxLength: 300 })
const Names = (description: string) => Type.Array(Name, { minItems: 1, maxItems: 100, description })

export const LastChangesQuery = ClosedObject({
  rack: Name,
  app: Names('at most 100 apps; the parameter is repeated for each app'),
  release: Type.Optional(Names('at most 100 releases; requires exactly one app')),
  build: Type.Optional(Names('at most 100 builds; requires exactly one app')),
})

export const AppChangesQuery = ClosedObject({ rack: Name, app: Name, ...EventPageQuery.properties })

export const AppChange = Type.Object({
  id: Type.String({ ...Id, description: 'the ID of the audit event of the change' }),
  at: Time,
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  route: Type.String(),
  release: Nullable(Type.String()),
  build: Nullable(Type.String()),
  service: Nullable(Type.String()),
  process: Nullable(Type.String()),
  request: Type.String({ description: 'the ID of the request that made the change' }),
})
export type AppChange = Static<typeof AppChange>

export const LastChanges = Type.Object({
  since: Type.String({ ...Time, description: 'older changes are not searched' }),
  apps: Type.Array(Type.Object({ app: Type.String(), last: Nullable(AppChange) })),
  releases: Type.Array(
    Type.Object({ release: Type.String(), created: Nullable(AppChange), promoted: Nullable(AppChange) }),
  ),
  builds: Type.Array(Type.Object({ build: Type.String(), created: Nullable(AppChange) })),
  complete: Type.Boolean({ description: 'false if older changes of the releases and builds were not searched' }),
})
export type LastChanges = Static<typeof LastChanges>
