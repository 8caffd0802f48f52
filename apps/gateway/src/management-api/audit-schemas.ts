import { filterProperties } from '@rack-gateway/audit/search'
import { Type } from 'typebox'
import { closed, Id, Nullable, PageQuery, Time } from './schemas.ts'

export const AuditPageQuery = Type.Object(
  {
    ...filterProperties,
    ...PageQuery.properties,
    cursor: Type.Optional(Type.String({ maxLength: 400, description: '`next` of the page before' })),
  },
  closed,
)
export const AuditStreamQuery = Type.Object(filterProperties, closed)
export const AuditExportQuery = Type.Object(
  {
    ...filterProperties,
    format: Type.Optional(
      Type.Enum(['ndjson', 'csv', 'ocsf'], { default: 'ndjson', description: 'how events are written' }),
    ),
  },
  closed,
)

const Hash = Type.String({ description: 'SHA-256, hex' })
export const FoundEvent = Type.Object({
  id: Id,
  link: Type.String({ description: 'where this event is found again' }),
  writtenAt: Type.String({ ...Time, description: 'when the database took it' }),
  event: Type.Object({}, { additionalProperties: true, description: 'as docs/reference/events.md has it' }),
})
export const AlarmQuery = Type.Object({ limit: PageQuery.properties.limit }, closed)
export const AcknowledgeRequest = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]+$',
      description: 'what it was, and what was done: one line',
    }),
  },
  closed,
)
export const Alarm = Type.Object({
  ...FoundEvent.properties,
  acknowledged: Nullable(
    Type.Object(
      { id: Id, at: Time, by: Type.String(), reason: Type.String() },
      { description: 'by the first event that says so; null: by nobody' },
    ),
  ),
})
export const Alarms = Type.Object({ items: Type.Array(Alarm) })

export const WholeEvent = Type.Object({
  ...FoundEvent.properties,
  hash: Hash,
  prev: Hash,
  canonical: Type.String({ description: 'the bytes that were hashed' }),
})
