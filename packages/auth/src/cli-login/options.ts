import type { Database } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import type { SessionTerms } from '../sessions/renewal.ts'
import type { LoginKeys } from '../tokens/login-keys.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { ChangeDatabase } from '../transactions/change.ts'
import type { RecordIdentityEvents } from '../transactions/events.ts'

/** Whether a CLI login by code is allowed, and from which addresses. */
export type DeviceLoginMode = 'off' | 'same-address' | 'on'

export type CliLoginKeys = Pick<LoginKeys, 'loopbackLogins' | 'deviceCodes' | 'typedCodes'>

export interface CliLoginOptions {
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly mint: TokenMint
  readonly keys: CliLoginKeys
  readonly clock: Clock
  readonly record: RecordIdentityEvents
  readonly terms: SessionTerms
  readonly deviceLogin: DeviceLoginMode
  readonly pollSeconds: number
  /** The part of an address that a client cannot easily change. */
  readonly blockOf: (address: string) => string
}
