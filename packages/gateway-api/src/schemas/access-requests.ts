import { type Static, Type } from 'typebox'
import {
  ClosedObject,
  ExtensibleEnum,
  Id,
  Line,
  NamePattern,
  NamePatternRequest,
  Nullable,
  PageQuery,
  Time,
} from './common.ts'
import { LiveCall } from './live-calls.ts'

export const accessRequestStates = [
  'pending',
  'approved',
  'denied',
  'canceled',
  'lapsed',
  'active',
  'ended',
  'revoked',
] as const
export type AccessRequestState = (typeof accessRequestStates)[number]

const seconds = (description: string) => Type.Integer({ description })
const Racks = Type.Array(NamePattern)
const Apps = Type.Array(NamePattern)
const Person = Type.Object({ id: Id, email: Type.String() })
const Note = Line(500, 'a note, on one line')

/** What a rule lets the caller ask for. */
export const RequestOption = Type.Object({
  rule: Type.String({ description: 'the ID of the request rule' }),
  role: Type.String(),
  roleDescription: Type.String(),
  racks: Racks,
  apps: Apps,
  longestSeconds: seconds('the longest working time'),
  answerWithinSeconds: seconds('how long a request waits for its reviews'),
  workStarts: ExtensibleEnum(['approval', 'firstUse']),
  reason: Nullable(
    Type.Object({
      prompt: Type.String({ description: 'what to give as the reason' }),
      pattern: Nullable(Type.String({ description: 'a regular expression for the whole reason' })),
    }),
  ),
  reviews: Type.Integer({ description: 'the number of reviews; 0: the rule approves automatically' }),
})
export type RequestOption = Static<typeof RequestOption>
export const RequestOptions = Type.Object({ items: Type.Array(RequestOption) })

export const AccessRequestTerms = ClosedObject({
  rule: Type.Optional(
    Type.String({ maxLength: 100, description: 'the ID of the request rule; default: the first rule that fits' }),
  ),
  role: Type.String({ maxLength: 100 }),
  racks: Type.Array(NamePatternRequest, { minItems: 1, maxItems: 20, uniqueItems: true }),
  apps: Type.Optional(
    Type.Array(NamePatternRequest, { minItems: 1, maxItems: 20, uniqueItems: true, description: 'default: all apps' }),
  ),
  seconds: Type.Integer({ minimum: 60, maximum: 604_800, description: 'the working time' }),
  startsAt: Type.Optional(Type.String({ ...Time, description: 'the start; default: as soon as it is approved' })),
  reason: Line(500, 'the reason, on one line'),
  extends: Type.Optional(Type.String({ ...Id, description: 'the access request whose grant this one extends' })),
})
export type AccessRequestTerms = Static<typeof AccessRequestTerms>

const Reviewer = Type.Object({
  ...Person.properties,
  because: Type.String({ description: 'why the user can review, such as `group:leads`' }),
})

export const AccessRequestPreview = Type.Object({
  rule: Type.String(),
  answerBy: Time,
  reviews: Type.Integer({ description: 'the number of reviews; 0: the rule approves automatically' }),
  reviewers: Type.Array(Reviewer, { description: 'who can review this request, at most 100' }),
})
export type AccessRequestPreview = Static<typeof AccessRequestPreview>

const Review = Type.Object({
  reviewer: Person,
  approved: Type.Boolean(),
  because: Type.String({ description: 'why the user could review' }),
  note: Nullable(Type.String()),
  racks: Nullable(Racks),
  apps: Nullable(Apps),
  seconds: Nullable(Type.Integer()),
  startsAt: Nullable(Time),
  at: Time,
})

export const AccessRequest = Type.Object({
  id: Id,
  rule: Type.String(),
  user: Person,
  role: Type.String(),
  racks: Racks,
  apps: Apps,
  seconds: seconds('the requested working time'),
  startsAt: Nullable(Time),
  reason: Type.String(),
  extends: Nullable(Id),
  createdAt: Time,
  answerBy: Time,
  state: ExtensibleEnum(accessRequestStates),
  workStarts: ExtensibleEnum(['approval', 'firstUse']),
  neededReviews: Type.Integer({ description: 'the number of reviews that the rule requires now' }),
  reviews: Type.Array(Review, { description: 'oldest first' }),
  decidedAt: Nullable(Time),
  grant: Nullable(
    Type.Object(
      {
        racks: Racks,
        apps: Apps,
        seconds: seconds('the granted working time'),
        from: Time,
        until: Type.String({
          ...Time,
          description: 'the end; before the first use that starts the grant, the latest time of this use',
        }),
        startedAt: Nullable(Time),
      },
      { description: 'null before an approval' },
    ),
  ),
  ended: Nullable(
    Type.Object({
      at: Time,
      by: Nullable(Type.Object({ id: Id, name: Type.String() }, { description: 'null: the clock, or the rule' })),
      note: Nullable(Type.String()),
    }),
  ),
  may: Type.Array(ExtensibleEnum(['review', 'cancel', 'revoke', 'see-recordings']), {
    description: 'what the caller can do now',
  }),
})
export type AccessRequest = Static<typeof AccessRequest>

export const AccessRequestDetails = Type.Object({
  ...AccessRequest.properties,
  reviewers: Type.Array(Reviewer, {
    description: 'only of a pending request: who can review it now, at most 100',
  }),
  live: Type.Array(LiveCall, { description: 'the live calls under the grant, newest first, at most 100' }),
  running: Type.Array(
    Type.Object({
      kind: ExtensibleEnum(['process', 'build']),
      id: Type.String(),
      rack: Type.String(),
      app: Type.String(),
      startedAt: Time,
    }),
    { description: 'processes and builds that calls under the grant started, and that run on, at most 100' },
  ),
})
export type AccessRequestDetails = Static<typeof AccessRequestDetails>

export const AccessRequestQuery = ClosedObject({
  ...PageQuery.properties,
  view: Type.Optional(
    Type.Enum(['own', 'waiting', 'all'], {
      default: 'own',
      description:
        'own: yours; waiting: pending ones that you can review; all: needs the permission gateway:access-request:read',
    }),
  ),
  state: Type.Optional(Type.Enum([...accessRequestStates])),
})

export const ApprovalRequest = ClosedObject({
  racks: Type.Optional(Type.Array(NamePatternRequest, { minItems: 1, maxItems: 20, uniqueItems: true })),
  apps: Type.Optional(Type.Array(NamePatternRequest, { minItems: 1, maxItems: 20, uniqueItems: true })),
  seconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 604_800 })),
  startsAt: Type.Optional(Time),
  note: Type.Optional(Note),
})
export const NoteRequest = ClosedObject({ note: Type.Optional(Note) })
export const RequiredNote = ClosedObject({ note: Note })
