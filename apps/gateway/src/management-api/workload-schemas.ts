import { Condition } from '@rack-gateway/auth'
import { Type } from 'typebox'
import { closed, Grant, Id, Nullable, Pattern, Time } from './schemas.ts'

/** Whose jobs of a CI system are let in, with which role and where. */
export const Trust = Type.Object({
  id: Id,
  name: Type.String(),
  issuer: Type.String({ description: 'the claim iss, exactly' }),
  audience: Type.String(),
  conditions: Type.Array(Condition, { description: 'what claims must be; all of them must hold' }),
  maxAgeSeconds: Type.Integer({ description: 'how long a session of it may last' }),
  role: Nullable(Type.String({ description: 'of the first of its grants; null when all were taken away' })),
  racks: Nullable(Pattern),
  apps: Nullable(Pattern),
  grants: Type.Array(Grant, { description: 'its bindings, oldest first' }),
  createdAt: Time,
  createdBy: Type.String(),
  revokedAt: Nullable(Time),
})

export const ExchangeRequest = Type.Object(
  {
    trust: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'the name of a trust, where more than one matches' }),
    ),
  },
  closed,
)

export const NewWorkloadSession = Type.Object({
  token: Type.String({ description: 'shown only now' }),
  expiresAt: Time,
  trust: Type.String({ description: 'the name of the trust that let the job in' }),
  racks: Type.Array(
    Type.Object({ name: Type.String(), rackUrl: Type.String({ description: 'what RACK_URL should be' }) }),
    { description: 'those that the job may use' },
  ),
})

const told = Type.Optional(Type.String())
export const WorkloadSession = Type.Object({
  id: Id,
  trust: Type.Object({ id: Id, name: Type.String() }),
  name: Type.String(),
  subject: Type.String({ description: 'the claim sub' }),
  job: Type.Object(
    { repository: told, workflow: told, run: told, attempt: told, job: told, commit: told, ref: told, actor: told },
    { description: 'what the job says of itself' },
  ),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Nullable(Time),
  endedReason: Nullable(Type.String()),
})
