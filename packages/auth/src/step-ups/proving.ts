import { type Database, type ProofMethod, sessions, stepUps } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { eq } from 'drizzle-orm'
import { FactorNotProved, noSuchItem, StepUpMismatch } from '../errors/errors.ts'
import type { FactorVerifier } from '../second-factors/verifier.ts'
import { freshLoginLife } from '../sessions/fresh-login.ts'
import type { Transaction } from '../transactions/change.ts'
import { deletePasskeyChallenge, readPasskeyChallenge, storeChallenge } from './challenges.ts'
import { storeProof } from './proofs.ts'
import { hashOf, newCode, newResult } from './secrets.ts'
import { changeAsCaller, type StepUpCaller } from './step-up-caller.ts'
import { type AskedStepUp, detailOf, readOpen, type StepUpRow } from './stored-step-ups.ts'

export interface ProvingOptions {
  readonly database: Pick<Database, 'db'>
  readonly verifier: FactorVerifier
  readonly clock: Clock
  /** The stored form of a new step-up code, which a person will type. */
  readonly codeHash: (code: string) => Buffer
  readonly networkOf: (address: string) => string
}

export interface FactorInput {
  readonly method: ProofMethod
  readonly code?: string | undefined
  readonly response?: unknown
}

/**
 * The session that asked gets `proof`, the secret of the proof. Any other session gets `result`, which the browser or
 * the person passes to the session that asked.
 */
export interface Proved {
  readonly proof: string | null
  readonly result: string | null
  readonly method: ProofMethod
  readonly provedAt: Date
}

export function createProving({ database, verifier, clock, codeHash, networkOf }: ProvingOptions) {
  async function methodsFor({ user, methods }: Pick<AskedStepUp, 'user' | 'methods'>): Promise<readonly ProofMethod[]> {
    const available = await verifier.methodsOf(user.id)
    return methods === 'passkey' ? available.filter((method) => method === 'passkey') : available
  }

  /** WebAuthn options for the session that proves. Another session or network cannot use their challenge. */
  async function beginPasskey(id: string, { user, session, address }: StepUpCaller): Promise<object> {
    const { options, challenge } = await verifier.passkeyOptions(user)
    await database.db.transaction(async function storePasskeyChallenge(tx) {
      const row = await readOpen(tx, id, user, clock)
      assertProver(row, session)
      await storeChallenge(tx, 'passkey', { stepUp: row.id, session, network: networkOf(address) }, challenge)
    })
    return options
  }

  /**
   * A failed attempt is counted, and uses up its WebAuthn challenge.
   *
   * @throws FactorNotProved, NotFound, StepUpEnded, StepUpMismatch
   */
  async function prove(id: string, caller: StepUpCaller, input: FactorInput): Promise<Proved> {
    const { user, session, address } = caller
    const outcome = await changeAsCaller(database, caller, async function proveOnce(change) {
      const { tx } = change
      const row = await readOpen(tx, id, user, clock)
      assertProver(row, session)
      if (row.methods === 'passkey' && input.method !== 'passkey') throw onlyPasskeys()
      const holder = { stepUp: row.id, session, network: networkOf(address) }
      const now = clock.now()
      const { authenticatedAt } = await sessionOf(tx, session)
      const verified = await verifier.verify(change, {
        ...input,
        user,
        session,
        address,
        freshLogin: authenticatedAt.getTime() >= now - freshLoginLife,
        passkeyChallenge: input.method === 'passkey' ? await readPasskeyChallenge(tx, holder) : null,
      })
      const provedAt = new Date(now)
      if (!verified.proved) {
        await deletePasskeyChallenge(tx, holder)
        return verified
      }
      const { method, factor } = verified
      const isAsker = row.sessionId === session
      const handedOver = isAsker ? null : row.delivery === 'code' ? newCode() : newResult()
      await tx
        .update(stepUps)
        .set({
          provedAt,
          factorId: factor,
          method,
          result: handedOver === null ? null : row.delivery === 'code' ? codeHash(handedOver) : hashOf(handedOver),
          redeemedAt: isAsker ? provedAt : null,
        })
        .where(eq(stepUps.id, row.id))
      const proof = isAsker ? await storeProof(tx, { ...row, method, factorId: factor, provedAt }, null) : null
      change.events.push({ kind: 'step-up.proved', principal: change.by, detail: detailOf(row, method) })
      return { proved: true as const, proof, result: handedOver, method, provedAt }
    })
    if (outcome.proved) return outcome
    throw Object.assign(new FactorNotProved(outcome.reason, outcome.remedy), {
      rule: outcome.rule,
      ...(outcome.retryAfter !== undefined && { retryAfter: outcome.retryAfter }),
    })
  }

  return { methodsFor, beginPasskey, prove }
}

async function sessionOf(tx: Transaction, id: string) {
  const [session] = await tx
    .select({ authenticatedAt: sessions.authenticatedAt })
    .from(sessions)
    .where(eq(sessions.id, id))
  if (!session) throw noSuchItem('session')
  return session
}

/** With the delivery `response`, only the session that asked can prove. */
function assertProver({ delivery, sessionId }: StepUpRow, session: string): void {
  if (delivery === 'response' && sessionId !== session) throw new StepUpMismatch()
}

function onlyPasskeys(): Error {
  return Object.assign(new FactorNotProved('The policy accepts only a passkey for this step-up.', 'Use a passkey.'), {
    rule: 'passkey-only',
  })
}
