import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, Nullable } from './common.ts'

/** Seconds. Longer than the timeout of most proxies, which is a minute. */
export const maxConnectionWait = 120
/** Bytes. More than the default limit of nginx, which is 1 MiB. */
export const maxDiscardedBody = 2 * 1024 * 1024

export const ConnectionQuery = ClosedObject({
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: maxConnectionWait,
      description: 'seconds for which the gateway sends nothing before it answers',
    }),
  ),
})

export const Connection = Type.Object({
  host: Nullable(Type.String({ description: 'the Host header that the gateway received' })),
  scheme: Type.String({ description: 'X-Forwarded-Proto of a trusted proxy; otherwise http' }),
  address: Type.String({ description: 'the address of the caller, as in audit events' }),
  peer: Nullable(
    Type.String({ description: 'the address that connected to the gateway: the last proxy, or the caller itself' }),
  ),
  forwardedFor: ExtensibleEnum(
    ['missing', 'ignored', 'used'],
    'missing: no X-Forwarded-For arrived; ignored: it arrived, but TRUSTED_PROXIES does not contain the peer; used: the address comes from it',
  ),
  upgrade: Type.Boolean({ description: 'whether Connection: Upgrade and Upgrade: websocket arrived' }),
  receivedBytes: Type.Integer({ minimum: 0, description: 'the size of the discarded body' }),
  receivedMs: Type.Integer({
    minimum: 0,
    description: 'milliseconds from the head of the request to the end of its body; 0 without a body',
  }),
  waitedMs: Type.Integer({ minimum: 0, description: 'milliseconds of `wait`; fewer if the gateway is stopping' }),
  unready: Type.Array(Type.String(), { description: 'the readiness checks of this process that fail' }),
})
export type Connection = Static<typeof Connection>
