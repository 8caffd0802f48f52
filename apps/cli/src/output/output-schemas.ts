import {
  AccessRequestDetails,
  Binding,
  endpoints,
  HandedOverToken,
  LockedUser,
  LoggedEvent,
  SecondFactor,
} from '@rack-gateway/gateway-api'
import { type Static, type TSchema, Type } from 'typebox'

// The output of commands that print less or more than the gateway's response.

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** A binding with the name of its subject. */
export const NamedBinding = Type.Object({
  ...endpoints.createBinding.response.properties,
  subject: Type.Object({
    ...Binding.properties.subject.properties,
    name: Nullable(Type.String({ description: 'email address or name; null if it is unknown' })),
  }),
})
export type NamedBinding = Static<typeof NamedBinding>

export const PrintedTrust = Type.Omit(endpoints.createTrust.response, ['role', 'racks', 'apps'])
export const PrintedNewToken = endpoints.createToken.response
export const PrintedHandedOverToken = Type.Omit(HandedOverToken, ['rotate'])
export const PrintedLockedUser = Type.Object({
  user: LockedUser.properties.user,
  stoppedTokens: Type.Array(Type.Omit(LockedUser.properties.stoppedTokens.items, ['handOver'])),
})

export const PrintedSecondFactors = Type.Object({
  factors: Type.Array(SecondFactor),
  backupCodes: endpoints.backupCodeStatus.response,
})
export const PrintedBackupCodes = endpoints.createBackupCodes.response
export const PrintedFactorReset = endpoints.resetSecondFactors.response
export const PrintedProof = Type.Omit(endpoints.redeemStepUp.response, ['proof'])

export const ShownAccessRequest = Type.Object({
  ...AccessRequestDetails.properties,
  events: Type.Array(LoggedEvent, { description: 'the events under the grant, oldest first, at most 10,000' }),
})
