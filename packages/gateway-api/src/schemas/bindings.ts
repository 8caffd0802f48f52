import { type Static, Type } from 'typebox'
import {
  allowUnknownRacks,
  ClosedObject,
  ExtensibleEnum,
  Id,
  Line,
  NamePattern,
  NamePatternRequest,
  Nullable,
  Time,
} from './common.ts'

export const bindingSubjectKinds = ['user', 'group', 'service-account', 'api-token', 'trust'] as const
const subjectId = 'the ID of the user, service account, API token, or trust, or the name of the group'

const binding = {
  role: Type.String(),
  permissions: Nullable(Type.Array(Type.String(), { description: 'granted instead of the permissions of the role' })),
  racks: NamePattern,
  apps: NamePattern,
  expiresAt: Nullable(Time),
  reason: Nullable(Type.String()),
}

/** A binding without its subject, as a part of the response about the subject. */
export const BindingSummary = Type.Object({
  id: Type.String({ ...Id, description: 'the ID of the binding' }),
  ...binding,
})
export type BindingSummary = Static<typeof BindingSummary>

export const Binding = Type.Object({
  id: Id,
  subject: Type.Object({ kind: ExtensibleEnum(bindingSubjectKinds), id: Type.String({ description: subjectId }) }),
  ...binding,
  createdAt: Time,
})
export type Binding = Static<typeof Binding>

export const Granter = Type.Object({
  id: Type.String(),
  email: Nullable(Type.String({ description: 'null if the granter is not a user' })),
})

export const Reason = Line(500, 'a reason, on one line')

export const BindingRequest = ClosedObject({
  subject: ClosedObject({
    kind: Type.Enum(bindingSubjectKinds),
    id: Type.String({ maxLength: 100, description: subjectId }),
  }),
  role: Type.String({ maxLength: 100 }),
  racks: Type.Optional(NamePatternRequest),
  allowUnknownRacks,
  apps: Type.Optional(NamePatternRequest),
  expiresAt: Type.Optional(Time),
  reason: Type.Optional(Reason),
})
export type BindingRequest = Static<typeof BindingRequest>
