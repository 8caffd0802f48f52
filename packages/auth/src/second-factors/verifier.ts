import type { ProofMethod } from '@rack-gateway/database'
import type { Explanation } from '@rack-gateway/errors'
import type { Change } from '../transactions/change.ts'

export interface FactorAttempt {
  readonly user: string
  /** The session in which the user proves the factor. */
  readonly session: string
  readonly address: string
  /**
   * Whether the session's login is at most five minutes old. Such a session has separate limits, so that nobody can
   * lock out a user.
   */
  readonly freshLogin: boolean
  readonly method: ProofMethod
  /** The typed code, for `totp` and `backup-code`. */
  readonly code?: string | undefined
  /** The JSON of the authenticator, for `passkey`. Untrusted. */
  readonly response?: unknown
  /** The challenge that this session got for this step-up; null if it got none. */
  readonly passkeyChallenge: Buffer | null
}

export type FactorResult =
  /** `factor` is the ID of the factor; null for a backup code. */
  | { readonly proved: true; readonly method: ProofMethod; readonly factor: string | null }
  | ({ readonly proved: false; readonly rule: string; readonly retryAfter?: number } & Explanation)

export interface FactorVerifier {
  /**
   * Contains `backup-code` only if the user has a factor and an unused code, and `passkey` only if the gateway supports
   * passkeys.
   */
  methodsOf(user: string): Promise<readonly ProofMethod[]>
  /**
   * WebAuthn options for the passkeys of a user, and their challenge (32 random bytes), which the caller stores.
   *
   * @throws PasskeysUnavailable
   */
  passkeyOptions(user: string): Promise<{ readonly options: object; readonly challenge: Buffer }>
  /**
   * Commit the transaction after a failure, too, because it stores the failure. A successful attempt uses up its code.
   */
  verify(change: Change, attempt: FactorAttempt): Promise<FactorResult>
}
