import { randomBytes } from 'node:crypto'
import { backupCodes, type Database, type ProofMethod, secondFactors, users } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { and, eq, inArray, isNull, lt } from 'drizzle-orm'
import { PasskeysUnavailable } from '../errors/errors.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { createSeal } from '../tokens/seal.ts'
import type { Change } from '../transactions/change.ts'
import { possibleHashes } from './backup-codes.ts'
import { recordFailure, waitAfterFailures } from './failure-limits.ts'
import { loadPasskeys } from './load-passkeys.ts'
import { isRelyingParty, type NoRelyingParty, type RelyingParty } from './relying-party.ts'
import { countUnusedBackupCodes, factorsOf, passkeysIn, totpIn } from './stored-factors.ts'
import { totpStep } from './totp.ts'
import type { FactorAttempt, FactorResult, FactorVerifier } from './verifier.ts'

export interface FactorVerifierOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
  readonly keys: { readonly totpSecrets: Keys; readonly backupCodes: Keys }
  readonly relyingParty: RelyingParty | NoRelyingParty
  /** The network of an address. */
  readonly blockOf: (address: string) => string
}

type Failure = Extract<FactorResult, { proved: false }>
/** `detail` is for the audit log only. */
type CheckResult = Extract<FactorResult, { proved: true }> | (Failure & { readonly detail?: string })

const challengeLength = 32
/** The rules of failures in which nothing was guessed. These failures do not count as failed attempts. */
const rulesWithoutGuess: ReadonlySet<string> = new Set(['no-challenge', 'no-passkeys', 'no-authenticator-app'])

export function createFactorVerifier(options: FactorVerifierOptions): FactorVerifier {
  const { database, clock, keys, relyingParty, blockOf } = options
  const totpSeal = createSeal(keys.totpSecrets)

  async function methodsOf(user: string): Promise<readonly ProofMethod[]> {
    const rows = await factorsOf(database.db, user)
    const remainingCodes = rows.length === 0 ? 0 : await countUnusedBackupCodes(database.db, user)
    const methods: ProofMethod[] = []
    if (isRelyingParty(relyingParty) && rows.some(({ kind }) => kind === 'passkey')) methods.push('passkey')
    if (rows.some(({ kind }) => kind === 'totp')) methods.push('totp')
    if (remainingCodes > 0) methods.push('backup-code')
    return methods
  }

  async function passkeyOptions(user: string) {
    if (!isRelyingParty(relyingParty)) throw new PasskeysUnavailable(relyingParty.reason, relyingParty.remedy)
    const challenge = randomBytes(challengeLength)
    const passkeys = passkeysIn(await factorsOf(database.db, user))
    // With an empty list, a browser would offer every passkey of this host.
    if (passkeys.length === 0) throw new PasskeysUnavailable('You have no passkey.', 'Use another method.')
    const { requestOptions } = await loadPasskeys()
    return { options: await requestOptions(relyingParty, challenge, passkeys), challenge }
  }

  async function verify(change: Change, attempt: FactorAttempt): Promise<FactorResult> {
    const { tx } = change
    const now = clock.now()
    // The lock makes attempts of a user run one after another, so that parallel attempts are all counted.
    const [user] = await tx.select().from(users).where(eq(users.id, attempt.user)).for('no key update')
    if (!user || user.lockedAt) return failure('locked-user', 'Your account is locked.', 'Ask an administrator.')
    const limitedAttempt = { ...attempt, network: blockOf(attempt.address) }
    const wait = await waitAfterFailures(tx, limitedAttempt, now)
    if (wait > 0 && attempt.method !== 'passkey') return tooManyFailures(wait, attempt.freshLogin)
    const checked = await check(change, attempt, now)
    if (checked.proved) return checked
    const { detail, ...failed } = checked
    // Does not count a failure without a guess. Once a limit is reached, does not count a failed passkey either, so
    // that it does not extend the wait. Only the event of the request records such failures.
    if (wait > 0 || rulesWithoutGuess.has(failed.rule)) return failed
    await recordFailure(tx, limitedAttempt, now)
    const { rule, reason, remedy: next } = failed
    change.events.push({
      kind: 'second-factor.failed',
      principal: change.by,
      decision: { effect: 'deny', rule, reason, next },
      detail: {
        user: attempt.user,
        email: user.email,
        method: attempt.method,
        session: attempt.session,
        ...(detail !== undefined && { problem: detail }),
      },
    })
    return failed
  }

  function check(change: Change, attempt: FactorAttempt, now: number): Promise<CheckResult> {
    switch (attempt.method) {
      case 'passkey':
        return checkPasskey(change, attempt, now)
      case 'totp':
        return checkTotp(change, attempt, now)
      case 'backup-code':
        return checkBackupCode(change, attempt, now)
    }
  }

  async function checkPasskey({ tx }: Change, attempt: FactorAttempt, now: number): Promise<CheckResult> {
    if (!isRelyingParty(relyingParty)) return failure('no-passkeys', relyingParty.reason, relyingParty.remedy)
    const { passkeyChallenge: challenge, response } = attempt
    if (challenge === null)
      return failure(
        'no-challenge',
        'This session has no open challenge for a passkey. A challenge is valid once.',
        'Begin the proof again.',
      )
    const { credentialIdOf, readAssertion } = await loadPasskeys()
    const credentialId = credentialIdOf(response)
    const passkeys = passkeysIn(await factorsOf(tx, attempt.user))
    const passkey = passkeys.find((one) => credentialId?.equals(one.credentialId))
    if (passkey === undefined)
      return failure('unknown-passkey', 'This passkey is not one of your second factors.', 'Use another one.')
    const read = await readAssertion(relyingParty, { challenge, passkey, response })
    if ('invalid' in read)
      return {
        ...failure('wrong-passkey', 'The response of the passkey is invalid.', 'Begin the proof again.'),
        detail: read.invalid,
      }
    const updated = await tx
      .update(secondFactors)
      .set({ counter: read.counter, usedAt: new Date(now) })
      .where(and(eq(secondFactors.id, passkey.id), eq(secondFactors.counter, passkey.counter)))
      .returning({ id: secondFactors.id })
    return updated.length === 1
      ? { proved: true, method: 'passkey', factor: passkey.id }
      : failure('wrong-passkey', 'The passkey was used twice at the same time.', 'Begin the proof again.')
  }

  async function checkTotp({ tx }: Change, { user, code }: FactorAttempt, now: number): Promise<CheckResult> {
    const apps = totpIn(await factorsOf(tx, user))
    if (apps.length === 0)
      return failure('no-authenticator-app', 'You have no authenticator app as a second factor.', 'Use another method.')
    let isUsed = false
    for (const { id, secret: sealed } of apps) {
      const secret = totpSeal.open(sealed, user)
      const step = secret === null ? null : totpStep(secret, code ?? '', now)
      if (secret === null || step === null) continue
      const accepted = await tx
        .update(secondFactors)
        // Encrypted with the newest key, so that an older key of the gateway can be removed later.
        .set({ lastStep: step, usedAt: new Date(now), secret: totpSeal.seal(secret, user) })
        .where(and(eq(secondFactors.id, id), lt(secondFactors.lastStep, step)))
        .returning({ id: secondFactors.id })
      if (accepted.length === 1) return { proved: true, method: 'totp', factor: id }
      isUsed = true
    }
    return isUsed
      ? failure('used-code', 'This code, or a newer one, was used already.', 'Wait for the next code of your app.')
      : failure('wrong-code', 'The code is wrong.', 'Type the code that your authenticator app shows now.')
  }

  async function checkBackupCode({ tx }: Change, { user, code }: FactorAttempt, now: number): Promise<CheckResult> {
    const hashes = possibleHashes(keys.backupCodes, user, code ?? '')
    const isCode = and(eq(backupCodes.userId, user), inArray(backupCodes.hash, [...hashes]), isNull(backupCodes.usedAt))
    const used =
      hashes.length === 0
        ? []
        : await tx
            .update(backupCodes)
            .set({ usedAt: new Date(now) })
            .where(isCode)
            .returning()
    return used.length === 1
      ? { proved: true, method: 'backup-code', factor: null }
      : failure(
          'wrong-code',
          'This is not one of your backup codes, or it was used already.',
          'Type one of your unused backup codes.',
        )
  }

  return { methodsOf, passkeyOptions, verify }
}

function tooManyFailures(wait: number, freshLogin: boolean): FactorResult {
  const retryAfter = Math.ceil(wait / 1_000)
  const login = freshLogin ? '' : ', or log in again and type a code within five minutes'
  return {
    ...failure(
      'factor-limit',
      'Too many codes were wrong, so no code is accepted for a while.',
      `Use a passkey${login}, or try again in ${minutes(retryAfter)}.`,
    ),
    retryAfter,
  }
}

function minutes(seconds: number): string {
  return seconds <= 60 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`
}

function failure(rule: string, reason: string, remedy: string): Failure {
  return { proved: false, rule, reason, remedy }
}
