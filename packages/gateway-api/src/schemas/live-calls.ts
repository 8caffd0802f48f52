import { type Static, Type } from 'typebox'
import { ExtensibleEnum, Id, Nullable, Time } from './common.ts'

const kinds = ['exec', 'run', 'console', 'shell', 'logs', 'proxy', 'transfer'] as const
export type LiveCallKind = (typeof kinds)[number]

export const LiveCall = Type.Object({
  id: Id,
  startedAt: Time,
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  own: Type.Boolean({ description: 'whether it is a call of yours, or of one of your API tokens' }),
  rack: Type.String(),
  app: Nullable(Type.String()),
  service: Nullable(Type.String()),
  process: Nullable(Type.String()),
  kind: ExtensibleEnum(kinds),
  route: Type.String(),
  path: Type.String(),
  command: Nullable(Type.String({ description: 'without secrets' })),
  request: Type.String({ description: 'the request ID, which all audit events of the call have' }),
  recording: Nullable(Type.String({ format: 'uuid', description: 'the ID of the recording' })),
  grant: Nullable(Type.String({ ...Id, description: 'the ID of the access request whose grant allowed the call' })),
})
export type LiveCall = Static<typeof LiveCall>
