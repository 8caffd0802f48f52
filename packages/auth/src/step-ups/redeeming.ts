import { randomBytes } from 'node:crypto'
import { type Database, type ProofMethod, stepUps } from '@rack-gateway/database'
import { deniedResult } from '@rack-gateway/gateway-api/denied-result'
import type { Clock } from '@rack-gateway/time'
import { and, eq, inArray, isNotNull, isNull, type SQL } from 'drizzle-orm'
import { StepUpDenied, StepUpMismatch } from '../errors/errors.ts'
import type { Change, Transaction } from '../transactions/change.ts'
import { checkId } from '../transactions/names.ts'
import { readConsoleChallenges, storeChallenge } from './challenges.ts'
import type { Coverage } from './coverage.ts'
import { replaceProofSecret, storeProof, unknownAddress } from './proofs.ts'
import { hashOf, readCode } from './secrets.ts'
import { changeAsCaller, type StepUpCaller } from './step-up-caller.ts'
import { assertRedeemable, detailOf, readOpen, type StepUpRow } from './stored-step-ups.ts'

export interface RedeemingOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
  /** The stored forms of a typed code, with the newest key first. */
  readonly codeHashes: (letters: string) => Buffer[]
  readonly networkOf: (address: string) => string
}

export interface RedeemedProof {
  readonly proof: string
  readonly method: ProofMethod
  readonly provedAt: Date
}

export interface RedeemedResult {
  readonly result: string
  /** The header `Challenge` of console mode. */
  readonly challenge: string | null
  /**
   * The secret that the CLI has sent so far, or null. In console mode, the CLI stores only one secret. So the proofs
   * with the previous secret get the new one.
   */
  readonly previousSecret?: string | null
}

export function createRedeeming({ database, clock, codeHashes, networkOf }: RedeemingOptions) {
  /**
   * Only the session that asked can redeem the result. In console mode, the challenge must match, too. The result
   * `deniedResult` ends the step-up.
   *
   * @throws NotFound for an ID that is not a UUID; StepUpMismatch; StepUpEnded; StepUpDenied
   */
  async function redeem(
    id: string,
    caller: StepUpCaller,
    { result, challenge, previousSecret = null }: RedeemedResult,
  ): Promise<RedeemedProof> {
    if (result === deniedResult) throw await endDenied(checkId('step-up', id), caller)
    return changeAsCaller(database, caller, async function redeemOnce(change) {
      const row = await readProved(change.tx, eq(stepUps.id, checkId('step-up', id)), caller)
      const isResultCorrect = row.result?.equals(hashOf(result)) === true
      if (!isResultCorrect || !(await isChallengeCorrect(change.tx, row, challenge)) || row.delivery !== 'callback')
        throw new StepUpMismatch()
      return storeRedeemed(change, row, { address: null, previousSecret })
    })
  }

  /**
   * Activates a typed code for later calls of the session from this address. The session and the address must be those
   * that asked for the step-up. For any other session or address, the code is unknown and stays valid. So another
   * person can neither use up the code nor find out that it is correct.
   *
   * @throws StepUpMismatch, StepUpEnded
   */
  async function activate(
    code: string,
    caller: StepUpCaller,
  ): Promise<Omit<RedeemedProof, 'proof'> & { covers: Coverage }> {
    const { session, address } = caller
    const letters = readCode(code)
    if (letters === null || address === unknownAddress) throw new StepUpMismatch()
    const isOfCaller = and(eq(stepUps.delivery, 'code'), eq(stepUps.address, address))
    return changeAsCaller(database, caller, async function activateOnce(change) {
      const row = await readProved(change.tx, and(inArray(stepUps.result, codeHashes(letters)), isOfCaller), {
        session,
      })
      const { method, provedAt } = await storeRedeemed(change, row, { address, previousSecret: null })
      return { method, provedAt, covers: row.covers as Coverage }
    })
  }

  /**
   * For console mode. A new challenge replaces the previous one of the same session and network.
   *
   * @throws NotFound, StepUpEnded, StepUpMismatch
   */
  async function challenge(
    id: string,
    { user, session, address }: Pick<StepUpCaller, 'user' | 'session' | 'address'>,
  ): Promise<string> {
    return database.db.transaction(async function storeConsoleChallenge(tx) {
      const row = await readOpen(tx, id, user, clock)
      if (row.sessionId !== session || row.delivery !== 'callback') throw new StepUpMismatch()
      const created = randomBytes(24).toString('base64url')
      await storeChallenge(tx, 'console', { stepUp: row.id, session, network: networkOf(address) }, hashOf(created))
      return created
    })
  }

  return { redeem, activate, challenge }

  /** @returns the error for the program that asked */
  async function endDenied(id: string, { session }: StepUpCaller): Promise<Error> {
    const ended = await database.db
      .delete(stepUps)
      .where(and(eq(stepUps.id, id), eq(stepUps.sessionId, session), isNull(stepUps.provedAt)))
      .returning({ id: stepUps.id })
    return ended.length > 0 ? new StepUpDenied() : new StepUpMismatch()
  }

  /**
   * A redemption without a challenge is one by `rack-gateway`. It fails if the network that asked has a challenge, because
   * then the stock CLI redeems. A challenge of another network does not matter, because a thief can have got it.
   */
  async function isChallengeCorrect(tx: Transaction, row: StepUpRow, challenge: string | null): Promise<boolean> {
    const given = await readConsoleChallenges(tx, { stepUp: row.id, session: row.sessionId })
    if (challenge === null) return given.every(({ network }) => network !== networkOf(row.address))
    const hash = hashOf(challenge)
    return given.length === 0 || given.some((one) => one.challenge.equals(hash))
  }

  /** @throws StepUpMismatch for an unknown step-up, and for a session that did not ask; StepUpEnded */
  async function readProved(
    tx: Transaction,
    condition: SQL | undefined,
    { session }: Pick<StepUpCaller, 'session'>,
  ): Promise<StepUpRow> {
    const [row] = await tx
      .select()
      .from(stepUps)
      .where(and(condition, eq(stepUps.sessionId, session), isNotNull(stepUps.provedAt)))
      .for('update')
    if (!row) throw new StepUpMismatch()
    assertRedeemable(row, clock.now())
    return row
  }

  async function storeRedeemed(
    change: Change,
    row: StepUpRow,
    { address, previousSecret }: { readonly address: string | null; readonly previousSecret: string | null },
  ): Promise<RedeemedProof> {
    const { method, provedAt } = row
    if (method === null || provedAt === null) throw new Error('a proved step-up has a method and a time')
    await change.tx
      .update(stepUps)
      .set({ redeemedAt: new Date(clock.now()) })
      .where(eq(stepUps.id, row.id))
    const proof = await storeProof(change.tx, { ...row, method, provedAt }, address)
    if (previousSecret !== null) await replaceProofSecret(change.tx, row.sessionId, { from: previousSecret, to: proof })
    change.events.push({ kind: 'step-up.redeemed', principal: change.by, detail: detailOf(row, method) })
    return { proof, method, provedAt }
  }
}
