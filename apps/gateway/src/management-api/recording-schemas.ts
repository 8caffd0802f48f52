import { Type } from 'typebox'
import { closed, Id, Nullable, PageQuery, Time } from './schemas.ts'

const Name = Type.Optional(Type.String({ maxLength: 100 }))

export const RecordingQuery = Type.Object(
  {
    limit: PageQuery.properties.limit,
    cursor: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the page before' })),
    rack: Name,
    app: Name,
    principal: Type.Optional(
      Type.String({ maxLength: 200, description: 'the id or the name of whoever was recorded' }),
    ),
    process: Name,
    from: Type.Optional(Type.String({ format: 'date-time', description: 'begun at this time or later' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'begun before this time' })),
    state: Type.Optional(Type.Enum(['open', 'ended', 'removed'])),
  },
  closed,
)

export const FollowQuery = Type.Object(
  {
    from: Type.Optional(
      Type.Enum(['start', 'now'], { description: 'all of it, or what is stored from now on; `start` when absent' }),
    ),
  },
  closed,
)

export const EndRequest = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]+$',
      description: 'for whoever is in it: one line',
    }),
  },
  closed,
)

export const Recording = Type.Object({
  id: Id,
  startedAt: Time,
  endedAt: Nullable(
    Type.String({ format: 'date-time', description: 'null while it runs, and of one that a crash left' }),
  ),
  principal: Type.Object({ id: Type.String(), name: Type.String() }),
  rack: Type.String(),
  app: Nullable(Type.String()),
  process: Nullable(Type.String()),
  command: Nullable(Type.String()),
  route: Type.String(),
  mode: Type.String({ description: 'strict or best-effort' }),
  opened: Type.String({ format: 'uuid', description: 'the event that opened the session' }),
  chunks: Nullable(Type.Integer()),
  bytes: Nullable(Type.Integer({ description: 'as they are stored' })),
  lost: Nullable(Type.Integer({ description: 'bytes of the session that are missing' })),
  removedAt: Nullable(Time),
  removedBecause: Nullable(Type.String()),
})
