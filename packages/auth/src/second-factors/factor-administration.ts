import { randomBytes, randomUUID } from 'node:crypto'
import {
  backupCodes,
  enrollments,
  type FactorKind,
  proofs,
  secondFactors,
  stepUps,
  users,
} from '@rack-gateway/database'
import { and, eq, gt, isNotNull, isNull } from 'drizzle-orm'
import {
  EnrollmentOver,
  InvalidFactor,
  NoSecondFactor,
  noSuchItem,
  PasskeyExists,
  PasskeysUnavailable,
  TooManyFactors,
} from '../errors/errors.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import { closeSessionsOf } from '../sessions/sessions.ts'
import { createSeal } from '../tokens/seal.ts'
import type { Change } from '../transactions/change.ts'
import { checkId, isId } from '../transactions/names.ts'
import { backupCodeHash, createBackupCodes } from './backup-codes.ts'
import type { FactorVerifierOptions } from './factor-verifier.ts'
import { loadPasskeys } from './load-passkeys.ts'
import type { Passkey } from './passkeys.ts'
import { isRelyingParty, type RelyingParty } from './relying-party.ts'
import { type FactorRow, factorsOf, passkeysIn, type StoredTotp } from './stored-factors.ts'
import { createTotpSecret, totpStep, totpUri } from './totp.ts'

export type FactorAdministration = ReturnType<typeof createFactorAdministration>

export interface FactorOwner {
  /** The ID of the user. */
  readonly user: string
  readonly email: string
  readonly session: string
}

export interface NewEnrollment {
  readonly id: string
  readonly expiresAt: Date
  /** The options of `navigator.credentials.create()`. */
  readonly passkey: object | null
  readonly totp: { readonly secret: string; readonly uri: string } | null
}

export interface FactorToAdd {
  readonly enrollment: string
  readonly name: string
  /** The JSON of the authenticator, for a passkey. Untrusted. */
  readonly response?: unknown
  /** The typed code, for an authenticator app. */
  readonly code?: string | undefined
}

/** A failure is a result, not an exception, because the transaction must commit: the challenge is used up. */
export type AddFactorResult = FailedAddition | { readonly id: string; readonly backupCodes: readonly string[] | null }

interface FailedAddition {
  readonly failed: Error
}

type FactorColumns =
  | (Omit<Passkey, 'transports'> & { readonly transports: string[] })
  | Pick<StoredTotp, 'secret' | 'lastStep'>

export type RemovedFactor = Pick<FactorRow, 'id' | 'kind' | 'name' | 'createdAt' | 'usedAt'>

const maxFactors = 20
/** Milliseconds. */
const enrollmentLife = 300_000
const challengeLength = 32

/** Changes of second factors. Check the permissions in the same transaction before you call them. */
export function createFactorAdministration(
  change: Change,
  { clock, keys, relyingParty }: Omit<FactorVerifierOptions, 'blockOf' | 'database'>,
) {
  const { tx, by, events } = change
  const totpSeal = createSeal(keys.totpSecrets)
  const now = () => new Date(clock.now())

  /** @throws TooManyFactors, PasskeysUnavailable */
  async function beginEnrollment(owner: FactorOwner, kind: FactorKind): Promise<NewEnrollment> {
    await deleteEnded(tx, { table: enrollments, key: enrollments.id, end: enrollments.expiresAt }, now())
    const rows = await factorsOf(tx, owner.user)
    if (rows.length >= maxFactors) throw new TooManyFactors(maxFactors)
    const { secret, ...response } = kind === 'passkey' ? await newChallenge(owner, rows) : newSecret(owner)
    const id = randomUUID()
    const expiresAt = new Date(clock.now() + enrollmentLife)
    await tx.insert(enrollments).values({ id, userId: owner.user, sessionId: owner.session, kind, secret, expiresAt })
    return { id, expiresAt, ...response }
  }

  async function newChallenge({ user, email }: FactorOwner, rows: readonly FactorRow[]) {
    const party = passkeyParty()
    const challenge = randomBytes(challengeLength)
    const creation = { user: { id: user, email }, challenge, existing: passkeysIn(rows) }
    const { creationOptions } = await loadPasskeys()
    return { secret: challenge, passkey: await creationOptions(party, creation), totp: null }
  }

  function newSecret({ user, email }: FactorOwner) {
    const secret = createTotpSecret()
    const host = isRelyingParty(relyingParty) ? relyingParty.id : null
    const uri = totpUri(secret, { email, host })
    return { secret: totpSeal.seal(secret, user), passkey: null, totp: { secret, uri } }
  }

  function passkeyParty(): RelyingParty {
    if (isRelyingParty(relyingParty)) return relyingParty
    throw new PasskeysUnavailable(relyingParty.reason, relyingParty.remedy)
  }

  /** @throws EnrollmentOver, TooManyFactors, PasskeysUnavailable */
  async function addFactor(owner: FactorOwner, request: FactorToAdd): Promise<AddFactorResult> {
    const enrollment = await lockOpenEnrollment(owner, request.enrollment)
    const rows = await factorsOf(tx, owner.user)
    if (rows.length >= maxFactors) throw new TooManyFactors(maxFactors)
    const columns =
      enrollment.kind === 'passkey'
        ? await passkeyOf(enrollment.secret, request.response)
        : totpOf(owner, enrollment.secret, request.code)
    // A wrong code does not use up the enrollment. The session was shown the secret, so it has nothing to guess.
    if ('failed' in columns && enrollment.kind === 'totp') return columns
    await tx.update(enrollments).set({ usedAt: now() }).where(eq(enrollments.id, enrollment.id))
    if ('failed' in columns) return columns
    const isFirst = rows.length === 0
    // The other open enrollments began without a proof of a factor, so they must not add another factor.
    if (isFirst) await deleteOpenEnrollments(owner.user)
    const id = randomUUID()
    const { kind } = enrollment
    await tx
      .insert(secondFactors)
      .values({ id, userId: owner.user, kind, name: request.name, createdAt: now(), ...columns })
    pushEvent('second-factor.added', owner, { id, kind, name: request.name })
    return { id, backupCodes: isFirst ? await replaceBackupCodes(owner) : null }
  }

  /** Throws the same error for every enrollment that this session cannot finish. */
  async function lockOpenEnrollment({ user, session }: FactorOwner, id: string) {
    const isOpen = and(
      eq(enrollments.userId, user),
      eq(enrollments.sessionId, session),
      isNull(enrollments.usedAt),
      gt(enrollments.expiresAt, now()),
    )
    const [found] = isId(id)
      ? await tx
          .select()
          .from(enrollments)
          .where(and(eq(enrollments.id, id), isOpen))
          .for('update')
      : []
    if (found === undefined) throw new EnrollmentOver()
    return found
  }

  async function passkeyOf(challenge: Buffer, response: unknown): Promise<FactorColumns | FailedAddition> {
    const { readNewPasskey } = await loadPasskeys()
    const passkey = await readNewPasskey(passkeyParty(), challenge, response)
    if ('invalid' in passkey) return { failed: invalidPasskey(passkey.invalid) }
    const isKnown = eq(secondFactors.credentialId, passkey.credentialId)
    if ((await tx.$count(secondFactors, isKnown)) > 0) return { failed: new PasskeyExists() }
    return { ...passkey, transports: [...passkey.transports] }
  }

  function totpOf({ user }: FactorOwner, sealed: Buffer, code: string | undefined): FactorColumns | FailedAddition {
    const secret = totpSeal.open(sealed, user)
    const step = secret === null || code === undefined ? null : totpStep(secret, code, clock.now())
    if (step === null) return { failed: wrongCode() }
    // `lastStep` keeps this code from being accepted again.
    return { secret: sealed, lastStep: step }
  }

  /** @throws NotFound */
  async function renameFactor(owner: FactorOwner, id: string, name: string): Promise<void> {
    const { kind, name: before } = await lockOwnFactor(owner, id)
    if (before === name) return
    await tx.update(secondFactors).set({ name }).where(eq(secondFactors.id, id))
    pushEvent('second-factor.renamed', owner, { id, kind, name }, { before })
  }

  /**
   * Also removes the proofs of the factor and the user's open enrollments. With the last factor, removes all backup
   * codes and proofs, and ends the user's other sessions.
   *
   * @throws NotFound
   */
  async function removeFactor(owner: FactorOwner, id: string): Promise<RemovedFactor> {
    const factor = await lockOwnFactor(owner, id)
    await tx.delete(secondFactors).where(eq(secondFactors.id, id))
    await tx.delete(proofs).where(eq(proofs.factorId, id))
    await tx.delete(stepUps).where(eq(stepUps.factorId, id))
    await deleteOpenEnrollments(owner.user)
    pushEvent('second-factor.removed', owner, factor)
    if ((await factorsOf(tx, owner.user)).length > 0) return factor
    await deleteProofsAndCodes(owner.user)
    // A user without a factor is asked for no proof, so a stolen token of another session must not stay valid.
    await closeSessionsOf(change, { user: owner.user, except: owner.session }, 'last second factor removed', now())
    return factor
  }

  /** Replaces the previous backup codes. @throws NoSecondFactor */
  async function createCodes(owner: FactorOwner): Promise<readonly string[]> {
    if ((await factorsOf(tx, owner.user)).length === 0) throw new NoSecondFactor()
    return replaceBackupCodes(owner)
  }

  async function replaceBackupCodes({ user, email }: FactorOwner): Promise<readonly string[]> {
    const codes = createBackupCodes()
    await tx.delete(backupCodes).where(eq(backupCodes.userId, user))
    await tx
      .insert(backupCodes)
      .values(
        codes.map((code) => ({ userId: user, hash: backupCodeHash(keys.backupCodes, user, code), createdAt: now() })),
      )
    events.push({ kind: 'backup-codes.created', principal: by, detail: { user, email } })
    return codes
  }

  /**
   * Removes all factors, backup codes, proofs, and open enrollments of a user, and ends the user's sessions.
   *
   * @throws NotFound
   */
  async function resetFactors(user: string, reason: string): Promise<readonly RemovedFactor[]> {
    const [found] = await tx
      .select({ email: users.email })
      .from(users)
      .where(eq(users.id, checkId('user', user)))
    if (!found) throw noSuchItem('user')
    const removed = await tx.delete(secondFactors).where(eq(secondFactors.userId, user)).returning()
    await deleteProofsAndCodes(user)
    await deleteOpenEnrollments(user)
    if (removed.length > 0) {
      const factors = removed.map(({ kind, name }) => `${name} (${kind})`).join(', ')
      events.push({ kind: 'second-factor.reset', principal: by, detail: { user, email: found.email, factors, reason } })
    }
    await closeSessionsOf(change, { user }, 'second factors reset', now())
    return removed
  }

  async function deleteProofsAndCodes(user: string): Promise<void> {
    await tx.delete(backupCodes).where(eq(backupCodes.userId, user))
    await tx.delete(proofs).where(eq(proofs.userId, user))
    await tx.delete(stepUps).where(and(eq(stepUps.userId, user), isNotNull(stepUps.provedAt)))
  }

  async function deleteOpenEnrollments(user: string): Promise<void> {
    await tx.delete(enrollments).where(and(eq(enrollments.userId, user), isNull(enrollments.usedAt)))
  }

  async function lockOwnFactor({ user }: FactorOwner, id: string): Promise<FactorRow> {
    const isOwn = and(eq(secondFactors.id, checkId('second factor', id)), eq(secondFactors.userId, user))
    const [factor] = await tx.select().from(secondFactors).where(isOwn).for('update')
    if (!factor) throw noSuchItem('second factor')
    return factor
  }

  function pushEvent(
    kind: 'second-factor.added' | 'second-factor.renamed' | 'second-factor.removed',
    { user, email }: FactorOwner,
    factor: Pick<FactorRow, 'id' | 'kind' | 'name'>,
    more: Record<string, string> = {},
  ): void {
    const detail = { user, email, factor: factor.id, method: factor.kind, name: factor.name, ...more }
    events.push({ kind, principal: by, detail })
  }

  return { beginEnrollment, addFactor, renameFactor, removeFactor, createBackupCodes: createCodes, resetFactors }
}

function invalidPasskey(detail: string): Error {
  const error = new InvalidFactor('The response of the passkey is invalid.', 'Begin again.')
  return Object.assign(error, { rule: 'wrong-passkey', detail })
}

function wrongCode(): Error {
  const error = new InvalidFactor('The code is wrong.', 'Type the code that your authenticator app shows now.')
  return Object.assign(error, { rule: 'wrong-code' })
}
