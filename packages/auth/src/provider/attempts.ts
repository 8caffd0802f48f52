import { createHash } from 'node:crypto'
import type { Keys } from '../tokens/login-keys.ts'
import { createValueSeal, type ValueSeal } from '../tokens/seal.ts'

/** A started login. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  /** The PKCE verifier. */
  readonly verifier: string
  readonly returnTo: string
  /** Milliseconds since the epoch. */
  readonly begunAt: number
  /** Whether this is a second attempt, which asks the user for consent at the provider. */
  readonly consentAsked?: boolean
}

/** Milliseconds. */
export const attemptLife = 600_000

/**
 * The part of the cookie name after the prefix. Each attempt has its own cookie, so several tabs can log in at once.
 */
export function attemptName(state: string): string {
  return stateHash(state).subarray(0, 8).toString('hex')
}

export function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}

export type AttemptSeal = ValueSeal<Attempt>

/** Attempts are sealed in cookies, so that starting a login needs no I/O. @param keys newest first */
export function createAttemptSeal(keys: Keys): AttemptSeal {
  return createValueSeal(keys)
}
