import { createHash } from 'node:crypto'
import type { Keys } from '../tokens/login-keys.ts'
import { createValueSeal, type ValueSeal } from '../tokens/seal.ts'

/** A login that has begun: what must come back with it. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  /** Of PKCE. */
  readonly verifier: string
  readonly returnTo: string
  /** Milliseconds since the epoch. */
  readonly begunAt: number
  /** Whether this is its second round, for which the provider asks for consent. */
  readonly consentAsked?: boolean
}

export const attemptLife = 600_000

/** What an attempt's cookie is called, after the prefix: so that several tabs don't take each other's. */
export function attemptName(state: string): string {
  return stateHash(state).subarray(0, 8).toString('hex')
}

export function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}

export type AttemptSeal = ValueSeal<Attempt>

/** Attempts travel in their browser, sealed, so that beginning one costs no I/O. @param keys newest first */
export function createAttemptSeal(keys: Keys): AttemptSeal {
  return createValueSeal(keys)
}
