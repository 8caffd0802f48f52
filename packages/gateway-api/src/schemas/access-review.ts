import { type Static, Type } from 'typebox'
import { bindingSubjectKinds, Granter } from './bindings.ts'
import { ExtensibleEnum, Id, NamePattern, Nullable, Time } from './common.ts'

export const ReviewedBinding = Type.Object({
  subject: Type.Object({
    kind: ExtensibleEnum(bindingSubjectKinds),
    id: Type.String({ description: 'the ID of the subject; for a group without known members, its name' }),
    name: Type.String(),
    issuer: Nullable(Type.String({ description: 'the identity provider of a user, or the CI system of a trust' })),
    owner: Nullable(Type.String({ description: 'the owner of an API token, by email address or name' })),
    suspended: Type.Boolean({
      description: 'whether the binding has no effect now, because the user is locked or the service account disabled',
    }),
  }),
  role: Type.String(),
  permissions: Nullable(Type.Array(Type.String(), { description: 'granted instead of the permissions of the role' })),
  racks: NamePattern,
  apps: NamePattern,
  binding: Id,
  group: Nullable(Type.String({ description: 'the group that the subject has the binding from; null without one' })),
  invitation: Nullable(Type.String({ ...Id, description: 'the invitation that led to the binding' })),
  grantedBy: Granter,
  grantedAt: Time,
  reason: Nullable(Type.String()),
  expiresAt: Nullable(Time),
  lastUsedAt: Nullable(
    Type.String({
      format: 'date-time',
      description:
        'when a session of the user, an API token, or a job of the trust was last used. Null if unknown: for example, sessions of jobs are deleted a week after they expire',
    }),
  ),
})
export type ReviewedBinding = Static<typeof ReviewedBinding>
