import { type Static, Type } from 'typebox'
import { ClosedObject, Id, mayContainTokens, Nullable, Time } from './common.ts'

export const lastUse = { lastUsedAt: Nullable(Time), lastUsedFrom: Nullable(Type.String()) }

export const Session = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, email: Type.String() }),
  device: Type.String(),
  rack: Nullable(Type.String()),
  current: Type.Boolean({ description: 'whether the request used this session' }),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Nullable(Time),
  endedReason: Nullable(Type.String()),
  ...lastUse,
})
export type Session = Static<typeof Session>

export const EndedSessions = Type.Object({
  ended: Type.Array(Type.Object({ id: Id, device: Type.String() }), { description: 'the sessions that were ended' }),
})
export type EndedSessions = Static<typeof EndedSessions>

export const RenewedSession = Type.Object({
  token: Type.String({ pattern: '^rgs_[A-Za-z0-9]{1,200}$', description: 'shown only in this response' }),
  expiresAt: Time,
  renewAt: Type.String({ format: 'date-time', description: 'when to renew the session again' }),
})
export type RenewedSession = Static<typeof RenewedSession>

export const NewSession = Type.Object({ id: Id, ...RenewedSession.properties })
export type NewSession = Static<typeof NewSession>

/** A name of plain characters, which needs no escaping on pages, in lists, and in the audit log. */
function PlainName(description: string) {
  return Type.String({ pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ._/+-]{0,58}[A-Za-z0-9])?$', description })
}

const cliLogin = {
  device: PlainName('the name of the device'),
  system: PlainName('the operating system of the device'),
  rack: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      description: 'the only rack that the session is valid for',
    }),
  ),
}

export const ConvoxSessionRequest = ClosedObject({ device: PlainName('the name of the device') })
export const ConvoxSession = Type.Object({
  id: Id,
  token: RenewedSession.properties.token,
  expiresAt: Time,
  organization: Type.String({ description: 'the first part of rack names in console mode' }),
})
export type ConvoxSession = Static<typeof ConvoxSession>

export const LoopbackLoginRequest = ClosedObject({
  ...cliLogin,
  purpose: Type.Optional(
    Type.Enum(['second-factors'], {
      description:
        'second-factors: a session of ten minutes, which can change second factors in the first five minutes as a browser can',
    }),
  ),
  challenge: Type.String({
    pattern: '^[A-Za-z0-9_-]{43}$',
    description: 'the PKCE challenge, S256',
    ...mayContainTokens,
  }),
  port: Type.Integer({
    minimum: 1_024,
    maximum: 65_535,
    description: 'the port on 127.0.0.1 that the CLI listens on',
  }),
  path: Type.String({
    pattern: '^[A-Za-z0-9_-]{22,64}$',
    description: 'the path on that port, without its slash',
    ...mayContainTokens,
  }),
  state: Type.String({
    pattern: '^[A-Za-z0-9_-]{22,64}$',
    description: 'returned together with the code',
    ...mayContainTokens,
  }),
})
export const LoopbackLogin = Type.Object({
  address: Type.String({ description: 'the page that the user opens' }),
  expiresAt: Time,
})
export const RedemptionRequest = ClosedObject({
  code: Type.String({ minLength: 1, maxLength: 200, ...mayContainTokens }),
  verifier: Type.String({
    pattern: '^[A-Za-z0-9._~-]{43,128}$',
    description: 'the PKCE verifier',
    ...mayContainTokens,
  }),
})

export const DeviceLoginRequest = ClosedObject(cliLogin)
export const DeviceLogin = Type.Object({
  code: Type.String({ pattern: '^[A-Z]{4}-[A-Z]{4}$', description: 'the code that the user types, such as WDJB-MJHT' }),
  address: Type.String({ description: 'the page on which the user types the code; never contains the code' }),
  secret: Type.String({ description: 'for polling; shown only in this response' }),
  intervalSeconds: Type.Integer({ minimum: 1, maximum: 60, description: 'the shortest time between two polls' }),
  expiresAt: Time,
})
export const PollRequest = ClosedObject({
  secret: Type.String({ minLength: 1, maxLength: 2_000, ...mayContainTokens }),
})
export const DeviceLoginStatus = Type.Object({
  status: Type.Enum(['pending', 'denied', 'expired', 'done']),
  session: Type.Optional(NewSession),
})
