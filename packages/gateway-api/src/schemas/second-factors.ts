import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, Id, Line, mayContainTokens, Nullable, Time } from './common.ts'

export const factorKinds = ['passkey', 'totp'] as const

export const SecondFactor = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, email: Type.String() }),
  kind: ExtensibleEnum(factorKinds, 'passkey: a passkey or security key; totp: an authenticator app'),
  name: Type.String(),
  createdAt: Time,
  lastUsedAt: Nullable(Time),
})
export type SecondFactor = Static<typeof SecondFactor>

const FactorName = Line(60, 'a name, such as YubiKey')

export const EnrollmentRequest = ClosedObject({ kind: Type.Enum([...factorKinds]) })

/** The JSON form of WebAuthn options. @see W3C Web Authentication Level 3, section 5.1 */
export const PasskeyOptions = Type.Object({}, { additionalProperties: true, description: 'WebAuthn options as JSON' })
export const PasskeyResponse = Type.Object(
  {},
  { additionalProperties: true, description: 'the response of the authenticator as JSON', ...mayContainTokens },
)

export const Enrollment = Type.Object({
  id: Id,
  expiresAt: Time,
  passkey: Nullable(PasskeyOptions),
  totp: Nullable(
    Type.Object({
      secret: Type.String({ description: 'base32, shown only in this response' }),
      uri: Type.String({ description: 'otpauth://…, for a QR code' }),
    }),
  ),
})
export type Enrollment = Static<typeof Enrollment>

export const NewFactorRequest = ClosedObject({
  enrollment: Id,
  name: FactorName,
  response: Type.Optional(PasskeyResponse),
  code: Type.Optional(Type.String({ pattern: '^[0-9]{6}$', description: 'the code that the app shows' })),
})

export const NewFactor = Type.Object({
  factor: SecondFactor,
  backupCodes: Nullable(
    Type.Array(Type.String(), {
      description: 'with the first factor: ten codes, each of which can be used once; shown only in this response',
    }),
  ),
})
export type NewFactor = Static<typeof NewFactor>

export const FactorNameRequest = ClosedObject({ name: FactorName })

export const BackupCodeStatus = Type.Object({
  remaining: Type.Integer({ minimum: 0 }),
  createdAt: Nullable(Time),
})
export const NewBackupCodes = Type.Object({ codes: Type.Array(Type.String()) })

export const FactorResetRequest = ClosedObject({ reason: Line(200, 'why, for the audit log') })
export const FactorReset = Type.Object({ removed: Type.Array(SecondFactor) })

export const FactorSettings = Type.Object({
  passkeys: Type.Boolean(),
  passkeysReason: Nullable(
    Type.String({ description: 'why passkeys cannot be used, in a sentence; null if they can' }),
  ),
  required: Type.Boolean({ description: 'whether the policy requires a second factor of the caller' }),
  requiredBy: Nullable(Time),
  freshLogin: Type.Boolean({ description: 'whether the login is new enough to add the first factor' }),
})
export type FactorSettings = Static<typeof FactorSettings>
