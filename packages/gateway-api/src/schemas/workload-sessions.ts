import { type Static, Type } from 'typebox'
import { ClosedObject, Id, Nullable, Time } from './common.ts'

export const ExchangeRequest = ClosedObject({
  trust: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'the name of a trust, if several match' }),
  ),
})

/** A job's shell receives the token and the rack URLs, so both contain only characters that need no quotes. */
export const NewWorkloadSession = Type.Object({
  token: Type.String({ pattern: '^rgw_[0-9A-Za-z]{63}$', description: 'shown only in this response' }),
  expiresAt: Time,
  trust: Type.String({ description: 'the name of the trust that admitted the job' }),
  racks: Type.Array(
    Type.Object({
      name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }),
      rackUrl: Type.String({ description: 'the value for RACK_URL' }),
    }),
    { description: 'racks that the job can use' },
  ),
})
export type NewWorkloadSession = Static<typeof NewWorkloadSession>

const Text = Type.Optional(Type.String())
export const WorkloadSession = Type.Object({
  id: Id,
  trust: Type.Object({ id: Id, name: Type.String() }),
  name: Type.String(),
  subject: Type.String({ description: 'the claim sub' }),
  job: Type.Object(
    { repository: Text, workflow: Text, run: Text, attempt: Text, job: Text, commit: Text, ref: Text, actor: Text },
    { description: 'claims about the job' },
  ),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Nullable(Time),
  endedReason: Nullable(Type.String()),
})
