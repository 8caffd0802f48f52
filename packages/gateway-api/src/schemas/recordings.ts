import { type Static, Type } from 'typebox'
import { ClosedObject, Id, Line, Nullable, PageQuery, Time } from './common.ts'

const Name = Type.Optional(Type.String({ maxLength: 100 }))

export const RecordingQuery = ClosedObject({
  limit: PageQuery.properties.limit,
  cursor: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the previous page' })),
  id: Type.Optional(Type.String({ format: 'uuid', description: 'only this recording' })),
  rack: Name,
  app: Name,
  principal: Type.Optional(
    Type.String({ maxLength: 200, description: 'the ID or the name of the recorded principal' }),
  ),
  process: Name,
  from: Type.Optional(Type.String({ format: 'date-time', description: 'started at this time or later' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'started before this time' })),
  state: Type.Optional(Type.Enum(['open', 'ended', 'removed'])),
})

export const FollowQuery = ClosedObject({
  from: Type.Optional(
    Type.Enum(['start', 'now'], {
      description: 'from the start of the session, which is the default, or from now on',
    }),
  ),
})

export const EndRequest = ClosedObject({
  reason: Line(200, 'a message for the participant of the session, on one line'),
})

export const Recording = Type.Object({
  id: Id,
  startedAt: Time,
  endedAt: Nullable(
    Type.String({ format: 'date-time', description: 'null while the session runs, and after a crash' }),
  ),
  principal: Type.Object({ id: Type.String(), name: Type.String() }),
  rack: Type.String(),
  app: Nullable(Type.String()),
  process: Nullable(Type.String()),
  command: Nullable(Type.String()),
  route: Type.String(),
  mode: Type.String({ description: 'strict or best-effort' }),
  opened: Type.String({ format: 'uuid', description: 'the ID of the event that opened the session' }),
  chunks: Nullable(Type.Integer()),
  bytes: Nullable(Type.Integer({ description: 'the stored size' })),
  grant: Nullable(Type.String({ ...Id, description: 'the ID of the access request whose grant allowed the session' })),
  lost: Nullable(Type.Integer({ description: 'missing bytes of the session; null: unknown' })),
  removedAt: Nullable(Time),
  removedBecause: Nullable(Type.String()),
})
export type Recording = Static<typeof Recording>
