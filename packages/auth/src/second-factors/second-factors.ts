import type { Change } from '../transactions/change.ts'
import { createFactorAdministration, type FactorAdministration } from './factor-administration.ts'
import { createFactorVerifier, type FactorVerifierOptions } from './factor-verifier.ts'
import { isRelyingParty, relyingPartyOf } from './relying-party.ts'
import type { FactorVerifier } from './verifier.ts'

export interface SecondFactorsOptions extends Omit<FactorVerifierOptions, 'relyingParty'> {
  readonly publicUrl: string | null
}

export interface SecondFactors {
  readonly verifier: FactorVerifier
  /** Why this gateway has no passkeys, in a sentence; null if it has them. */
  readonly passkeysReason: string | null
  changesIn(change: Change): FactorAdministration
}

export function createSecondFactors({ publicUrl, ...options }: SecondFactorsOptions): SecondFactors {
  const relyingParty = relyingPartyOf(publicUrl)
  return {
    verifier: createFactorVerifier({ ...options, relyingParty }),
    passkeysReason: isRelyingParty(relyingParty) ? null : relyingParty.reason,
    changesIn: (change) => createFactorAdministration(change, { ...options, relyingParty }),
  }
}
