import { randomBytes, randomUUID } from 'node:crypto'
import {
  type Database,
  type ProofMethod,
  proofs,
  type StepUpDelivery,
  sessions,
  stepUps,
  users,
} from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { StepUpLevel } from '@rack-gateway/rbac-policy'
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { Change, Transaction } from '../admin/change.ts'
import { checkId } from '../admin/names.ts'
import type { Clock } from '../clock.ts'
import {
  AuthUnavailable,
  FactorNotProved,
  NotFound,
  StepUpEnded,
  StepUpNotHere,
  throwLookUpTooSlow,
} from '../errors.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import type { FactorVerifier } from '../second-factors/verifier.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import { freshLoginLife } from '../sessions/fresh-login.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { type AskedCall, type CallToProve, type Coverage, coversCommandCall } from './coverage.ts'
import { createCodeHash, hashOf, newCode, newProofSecret, newResult, readCode } from './secrets.ts'

export interface StepUpsOptions {
  readonly database: Pick<Database, 'db'>
  readonly verifier: FactorVerifier
  readonly clock: Clock
  /** The keys of typed codes, newest first. */
  readonly codeKeys: Keys
  /** The network of an address. */
  readonly networkOf: (address: string) => string
}

/** A call or command that needs a proof. */
export interface Question {
  /** The user's ID, and the session that asks. */
  readonly user: string
  readonly session: string
  readonly delivery: StepUpDelivery
  readonly calls: readonly AskedCall[]
  readonly covers: Coverage
  readonly methods: 'passkey' | 'any'
  readonly address: string
  /** The User-Agent. */
  readonly client: string | null
}

export interface AskedStepUp {
  readonly id: string
  readonly user: { readonly id: string; readonly email: string }
  readonly session: string
  readonly device: string
  readonly delivery: StepUpDelivery
  readonly calls: readonly AskedCall[]
  readonly client: string | null
  readonly covers: Coverage
  readonly methods: 'passkey' | 'any'
  readonly address: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly provedAt: Date | null
  readonly redeemedAt: Date | null
}

/** The session that proves, redeems, or calls. */
export interface StepUpCaller {
  readonly user: string
  readonly session: string
  readonly address: string
  readonly author: Author
  readonly record: RecordIdentityEvents
}

export interface FactorInput {
  readonly method: ProofMethod
  readonly code?: string | undefined
  readonly response?: unknown
}

/** `proof` for the session that asked; `result` for any other. */
export interface Proved {
  readonly proof: string | null
  readonly result: string | null
  readonly method: ProofMethod
  readonly provedAt: Date
}

export interface RedeemedProof {
  readonly proof: string
  readonly method: ProofMethod
  readonly provedAt: Date
}

/** A proof that was made a moment ago. */
export interface FreshProof {
  readonly provedAt: Date
  readonly covers: Coverage
  readonly usedAt: Date | null
}

/** A proof as events show it. */
export interface UsedProof {
  readonly id: string
  readonly method: ProofMethod
  readonly at: Date
}

/** What a call brings. */
export interface Brought {
  readonly session: string
  readonly address: string
  /** Null if the call sends none, as in the direct mode of the stock CLI. */
  readonly secret: string | null
}

const lifetime = 300_000
/** A pending step-up is reused for the same call while at least this much of its time is left. */
const reusable = 60_000
/** For each session and network, so that a thief with the token cannot easily remove those of its owner. */
const maxPending = 20
/** For each session. */
const maxPendingOfSession = 200
/** Milliseconds for a query. */
const deadline = 5_000
const recentLifetime = 86_400_000
const callLifetime = 300_000
const commandLifetime = 3_600_000

export type StepUps = ReturnType<typeof createStepUps>

/** Requests for proofs of second factors, and the proofs. */
export function createStepUps({ database: { db }, verifier, clock, codeKeys, networkOf }: StepUpsOptions) {
  const codeHashes = createCodeHash(codeKeys)
  const endingStepUps = { table: stepUps, key: stepUps.id, end: stepUps.expiresAt }
  const endingProofs = { table: proofs, key: proofs.id, end: proofs.expiresAt }

  /** Asks for the proof of a refused call. Asking again for the same call returns the same step-up, which does not become valid for longer. */
  async function ask(question: Question): Promise<string> {
    const { address, delivery, methods, covers, calls } = question
    const asking = db.transaction(async function askOnce(tx) {
      const pending = await pendingOf(tx, question)
      const same = pending.find(
        (one) =>
          one.address === address &&
          one.delivery === delivery &&
          one.methods === methods &&
          isSameCoverage(one.covers as Coverage, covers) &&
          isSameCalls((one.asked as Pick<Question, 'calls'>).calls, calls),
      )
      if (same === undefined) return insert(tx, question, pending)
      await tx
        .update(stepUps)
        .set({ createdAt: new Date(clock.now()) })
        .where(eq(stepUps.id, same.id))
      return same.id
    })
    return inTime(asking)
  }

  /** Asks for a proof before a call needs it. Two programs with one session each get their own. */
  async function create(question: Question): Promise<string> {
    return db.transaction(async (tx) => insert(tx, question, await pendingOf(tx, question)))
  }

  /** Those of the session, oldest first. */
  function pendingOf(tx: Transaction, { session }: Question): Promise<Pending[]> {
    return tx
      .select({
        id: stepUps.id,
        address: stepUps.address,
        asked: stepUps.asked,
        covers: stepUps.covers,
        delivery: stepUps.delivery,
        methods: stepUps.methods,
      })
      .from(stepUps)
      .where(
        and(
          eq(stepUps.sessionId, session),
          isNull(stepUps.provedAt),
          gt(stepUps.expiresAt, new Date(clock.now() + reusable)),
        ),
      )
      .orderBy(asc(stepUps.createdAt))
  }

  /** Those that a new one replaces. */
  function surplusOf(pending: readonly Pending[], address: string): string[] {
    const network = networkOf(address)
    const beside = pending.filter((one) => networkOf(one.address) === network)
    return [
      ...beside.slice(0, Math.max(0, beside.length + 1 - maxPending)),
      ...pending.slice(0, Math.max(0, pending.length + 1 - maxPendingOfSession)),
    ].map(({ id }) => id)
  }

  async function insert(
    tx: Transaction,
    { user, session, delivery, covers, methods, address, calls, client }: Question,
    pending: readonly Pending[],
  ): Promise<string> {
    const now = clock.now()
    const surplus = surplusOf(pending, address)
    if (surplus.length > 0) await tx.delete(stepUps).where(inArray(stepUps.id, surplus))
    await deleteEnded(tx, endingStepUps, new Date(now))
    await deleteEnded(tx, endingProofs, new Date(now))
    const id = randomUUID()
    await tx.insert(stepUps).values({
      id,
      userId: user,
      sessionId: session,
      delivery,
      asked: { calls, client },
      covers,
      methods,
      address,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetime),
    })
    return id
  }

  /** A step-up of the user. @throws NotFound for those of other users, too */
  async function find(id: string, user: string): Promise<AskedStepUp> {
    return toAsked(await read(db, checkId('such step-up', id), user))
  }

  /** The step-up that a session and address last asked for, or null. @param after only if it asked later than this */
  async function newestPending(
    { session, address, delivery }: Pick<Question, 'session' | 'address' | 'delivery'>,
    after: Date | null,
  ): Promise<string | null> {
    const [row] = await db
      .select({ id: stepUps.id })
      .from(stepUps)
      .where(
        and(
          eq(stepUps.sessionId, session),
          eq(stepUps.address, address),
          eq(stepUps.delivery, delivery),
          isNull(stepUps.provedAt),
          gt(stepUps.expiresAt, new Date(clock.now())),
          after === null ? undefined : gt(stepUps.createdAt, after),
        ),
      )
      .orderBy(desc(stepUps.createdAt))
      .limit(1)
    return row?.id ?? null
  }

  /** The methods that prove a step-up: those that the policy accepts and its user has. */
  async function methodsFor({ user, methods }: Pick<AskedStepUp, 'user' | 'methods'>): Promise<readonly ProofMethod[]> {
    const held = await verifier.methodsOf(user.id)
    return methods === 'passkey' ? held.filter((method) => method === 'passkey') : held
  }

  /** WebAuthn options for the session that proves. Another session cannot use their challenge. */
  async function beginPasskey(id: string, { user, session }: StepUpCaller): Promise<object> {
    const { options, challenge } = await verifier.passkeyOptions(user)
    await db.transaction(async function storeChallenge(tx) {
      const row = await readOpen(tx, id, user)
      assertProver(row, session)
      await tx.update(stepUps).set({ prover: session, passkeyChallenge: challenge }).where(eq(stepUps.id, row.id))
    })
    return options
  }

  /** Proves a step-up, once. A failed attempt is counted, and uses up its WebAuthn challenge. @throws FactorNotProved, StepUpEnded */
  async function prove(id: string, caller: StepUpCaller, input: FactorInput): Promise<Proved> {
    const { user, session, address } = caller
    const outcome = await recorded(caller, async function proveOnce(change) {
      const { tx } = change
      const row = await readOpen(tx, id, user)
      assertProver(row, session)
      if (row.methods === 'passkey' && input.method !== 'passkey') throw onlyPasskeys()
      const now = clock.now()
      const { authenticatedAt } = await sessionOf(tx, session)
      const result = await verifier.verify(change, {
        ...input,
        user,
        session,
        address,
        freshLogin: authenticatedAt.getTime() >= now - freshLoginLife,
        passkeyChallenge: row.prover === session ? row.passkeyChallenge : null,
      })
      const provedAt = new Date(now)
      if (!result.proved) {
        await tx.update(stepUps).set({ passkeyChallenge: null }).where(eq(stepUps.id, row.id))
        return result
      }
      const { method, factor } = result
      const isAsker = row.sessionId === session
      const given = isAsker ? null : row.delivery === 'code' ? newCode() : newResult()
      await tx
        .update(stepUps)
        .set({
          passkeyChallenge: null,
          provedAt,
          factorId: factor,
          method,
          result: given === null ? null : row.delivery === 'code' ? codeHash(given) : hashOf(given),
          redeemedAt: isAsker ? provedAt : null,
        })
        .where(eq(stepUps.id, row.id))
      const proof = isAsker ? await storeProof(tx, { ...row, method, factorId: factor, provedAt }, null) : null
      change.events.push({ kind: 'step-up.proved', principal: change.by, detail: detailOf(row, method) })
      return { proved: true as const, proof, result: given, method, provedAt }
    })
    if (outcome.proved) return outcome
    throw Object.assign(new FactorNotProved(outcome.reason, outcome.remedy), {
      rule: outcome.rule,
      ...(outcome.retryAfter !== undefined && { retryAfter: outcome.retryAfter }),
    })
  }

  /** Exchanges a result for the proof, in the session that asked. In console mode, the challenge must match, too. @throws StepUpNotHere, StepUpEnded */
  async function redeem(
    id: string,
    caller: StepUpCaller,
    { result, challenge, replaced = null }: RedeemedResult,
  ): Promise<RedeemedProof> {
    return recorded(caller, async function redeemOnce(change) {
      const row = await readProved(change.tx, eq(stepUps.id, checkId('such step-up', id)), caller)
      const isRight = row.result?.equals(hashOf(result)) === true
      const isChallenge = row.challenge === null || (challenge !== null && row.challenge.equals(hashOf(challenge)))
      if (!isRight || !isChallenge || row.delivery !== 'callback') throw new StepUpNotHere()
      return redeemed(change, row, { address: null, replaced })
    })
  }

  /**
   * Activates a typed code for later calls of its session from this address, which must be the one that asked. A right code
   * from elsewhere ends: another person may have seen it.
   *
   * @throws StepUpNotHere, StepUpEnded
   */
  async function activate(
    code: string,
    caller: StepUpCaller,
  ): Promise<Omit<RedeemedProof, 'proof'> & { covers: Coverage }> {
    const letters = readCode(code)
    if (letters === null) throw new StepUpNotHere()
    const activated = await recorded(caller, async function activateOnce(change) {
      const hashes = codeHashes(letters)
      const [row] = await change.tx.select().from(stepUps).where(inArray(stepUps.result, hashes)).for('update')
      if (row?.delivery !== 'code') return null
      if (row.sessionId !== caller.session || row.address !== caller.address || row.address === unknownAddress) {
        await change.tx
          .update(stepUps)
          .set({ redeemedAt: new Date(clock.now()) })
          .where(eq(stepUps.id, row.id))
        return null
      }
      assertRedeemable(row)
      const { method, provedAt } = await redeemed(change, row, { address: caller.address, replaced: null })
      return { method, provedAt, covers: row.covers as Coverage }
    })
    if (activated === null) throw new StepUpNotHere()
    return activated
  }

  /** The challenge of console mode. A new challenge replaces the previous one. @returns null if the step-up is not pending */
  async function challenge(id: string, { user, session }: Pick<StepUpCaller, 'user' | 'session'>): Promise<string> {
    return db.transaction(async function storeChallenge(tx) {
      const row = await readOpen(tx, id, user)
      if (row.sessionId !== session || row.delivery !== 'callback') throw new StepUpNotHere()
      const made = randomBytes(24).toString('base64url')
      await tx
        .update(stepUps)
        .set({ challenge: hashOf(made) })
        .where(eq(stepUps.id, row.id))
      return made
    })
  }

  /** Ends a step-up of a session, and its proof. @returns whether there was one */
  async function end(id: string, session: string): Promise<boolean> {
    checkId('such step-up', id)
    const [askedBefore, proved] = await db.transaction((tx) =>
      Promise.all([
        tx
          .delete(stepUps)
          .where(and(eq(stepUps.id, id), eq(stepUps.sessionId, session)))
          .returning({ id: stepUps.id }),
        tx
          .delete(proofs)
          .where(and(eq(proofs.id, id), eq(proofs.sessionId, session)))
          .returning({ id: proofs.id }),
      ]),
    )
    return askedBefore.length + proved.length > 0
  }

  /** The proof for a call, used up if it is for one call only. Null: the call needs another. */
  async function use(brought: Brought, level: StepUpLevel, call: CallToProve): Promise<UsedProof | null> {
    const now = clock.now()
    const own = and(eq(proofs.sessionId, brought.session), gt(proofs.expiresAt, new Date(now)), holdsOf(brought))
    const held = await inTime(db.select().from(proofs).where(own).orderBy(desc(proofs.provedAt)))
    for (const proof of held) {
      if (!isEnough(proof, level, call, now)) continue
      if ((proof.covers as Coverage).kind === 'call' && !(await spend(proof.id, now))) continue
      return { id: proof.id, method: proof.method, at: proof.provedAt }
    }
    return null
  }

  /** Of two calls that use a proof at once, only one succeeds. */
  async function spend(id: string, now: number): Promise<boolean> {
    const spent = await db
      .update(proofs)
      .set({ usedAt: new Date(now) })
      .where(and(eq(proofs.id, id), isNull(proofs.usedAt)))
      .returning({ id: proofs.id })
    return spent.length === 1
  }

  /** The newest proof with this secret, of the last minute: the CLI repeats a refused call at once. */
  async function freshProof({ session, secret }: Pick<Brought, 'session' | 'secret'>): Promise<FreshProof | null> {
    if (secret === null || secret === '') return null
    const young = gt(proofs.provedAt, new Date(clock.now() - reusable))
    const [proof] = await db
      .select({ provedAt: proofs.provedAt, covers: proofs.covers, usedAt: proofs.usedAt })
      .from(proofs)
      .where(and(eq(proofs.sessionId, session), eq(proofs.secret, hashOf(secret)), young))
      .orderBy(desc(proofs.provedAt))
      .limit(1)
    return proof ? { ...proof, covers: proof.covers as Coverage } : null
  }

  return {
    ask,
    create,
    find,
    newestPending,
    methodsFor,
    beginPasskey,
    prove,
    redeem,
    activate,
    challenge,
    end,
    use,
    freshProof,
  }

  function isEnough(proof: ProofRow, level: StepUpLevel, call: CallToProve, now: number): boolean {
    const covers = proof.covers as Coverage
    const isAccepted = level.kind === 'recent' || level.methods === 'any' || proof.method === 'passkey'
    if (!isAccepted) return false
    switch (covers.kind) {
      case 'recent':
        return level.kind === 'recent' && now - proof.provedAt.getTime() <= level.within
      case 'command':
        return coversCommandCall(covers, call)
      case 'call':
        return proof.usedAt === null && call.digests.includes(covers.digest)
    }
  }

  async function recorded<T>({ author, record }: StepUpCaller, work: (change: Change) => Promise<T>): Promise<T> {
    return db.transaction(async function workAndRecord(tx) {
      const change: Change = { tx, by: author, events: [] }
      const result = await work(change)
      if (change.events.length > 0) await record(change.events)
      return result
    })
  }

  /** @throws NotFound, StepUpEnded */
  async function readOpen(tx: Transaction, id: string, user: string): Promise<StepUpRow> {
    await tx
      .select({ id: stepUps.id })
      .from(stepUps)
      .where(eq(stepUps.id, checkId('such step-up', id)))
      .for('update')
    const { stepUp } = await read(tx, id, user)
    if (stepUp.provedAt !== null) throw new StepUpEnded('This step-up was proved already.')
    if (stepUp.expiresAt.getTime() <= clock.now()) throw new StepUpEnded('This step-up is older than five minutes.')
    return stepUp
  }

  /** Only for the session that asked: any other session learns nothing. */
  async function readProved(
    tx: Transaction,
    which: ReturnType<typeof eq>,
    { session }: StepUpCaller,
  ): Promise<StepUpRow> {
    const [row] = await tx
      .select()
      .from(stepUps)
      .where(and(which, eq(stepUps.sessionId, session), isNotNull(stepUps.provedAt)))
      .for('update')
    if (!row) throw new StepUpNotHere()
    assertRedeemable(row)
    return row
  }

  function assertRedeemable({ redeemedAt, expiresAt }: StepUpRow): void {
    if (redeemedAt !== null) throw new StepUpEnded('This proof was used already.')
    if (expiresAt.getTime() <= clock.now()) throw new StepUpEnded('This step-up is older than five minutes.')
  }

  function codeHash(code: string): Buffer {
    const [newest] = codeHashes(readCode(code) ?? '')
    if (newest === undefined) throw new Error('a code needs a key')
    return newest
  }

  async function redeemed(
    change: Change,
    row: StepUpRow,
    { address, replaced }: { readonly address: string | null; readonly replaced: string | null },
  ): Promise<RedeemedProof> {
    const { method, provedAt } = row
    if (method === null || provedAt === null) throw new Error('a proved step-up has a method and a time')
    await change.tx
      .update(stepUps)
      .set({ redeemedAt: new Date(clock.now()) })
      .where(eq(stepUps.id, row.id))
    const proof = await storeProof(change.tx, { ...row, method, provedAt }, address)
    if (replaced !== null) await moveProofs(change.tx, row.sessionId, { from: replaced, to: proof })
    change.events.push({ kind: 'step-up.redeemed', principal: change.by, detail: detailOf(row, method) })
    return { proof, method, provedAt }
  }

  async function storeProof(tx: Transaction, proved: ProvedRow, address: string | null): Promise<string> {
    const { id, userId, sessionId, factorId, method, provedAt } = proved
    const covers = proved.covers as Coverage
    const secret = newProofSecret()
    const expiresAt = new Date(provedAt.getTime() + lifetimes[covers.kind])
    const holder = address === null ? { secret: hashOf(secret) } : { address }
    await tx.insert(proofs).values({ id, userId, sessionId, factorId, method, provedAt, covers, expiresAt, ...holder })
    return secret
  }
}

export interface RedeemedResult {
  readonly result: string
  /** The header `Challenge` of console mode. */
  readonly challenge: string | null
  /** In console mode, the CLI keeps only one secret, so the proofs of the previous secret move to the new one. */
  readonly replaced?: string | null
}

type StepUpRow = typeof stepUps.$inferSelect
type Pending = Pick<StepUpRow, 'id' | 'address' | 'asked' | 'covers' | 'delivery' | 'methods'>
type ProofRow = typeof proofs.$inferSelect
type ProvedRow = Pick<StepUpRow, 'id' | 'userId' | 'sessionId' | 'factorId' | 'covers'> & {
  readonly method: ProofMethod
  readonly provedAt: Date
}

/** @throws AuthUnavailable if the database does not answer, and LookUpTooSlow if it takes too long */
async function inTime<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await withTimeout(query, deadline, throwLookUpTooSlow)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('RGW_')) throw cause
    throw new AuthUnavailable({ cause })
  }
}

/** The page shows the calls, so another call gets another step-up, even if one proof is enough for both. */
function isSameCalls(some: readonly AskedCall[], others: readonly AskedCall[]): boolean {
  const text = (calls: readonly AskedCall[]) =>
    JSON.stringify(calls.map(({ rack, app, route, command }) => [rack, app, route, command]))
  return text(some) === text(others)
}

function isSameCoverage(one: Coverage, other: Coverage): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
}

const lifetimes = { recent: recentLifetime, call: callLifetime, command: commandLifetime } as const

const unknownAddress = 'unknown'

/** A proof without a secret counts from its address only. */
function holdsOf({ address, secret }: Brought) {
  // Callers whose address is unknown have nothing in common.
  const fromAddress = address === unknownAddress ? sql`false` : and(isNull(proofs.secret), eq(proofs.address, address))
  return secret === null || secret === '' ? fromAddress : or(eq(proofs.secret, hashOf(secret)), fromAddress)
}

async function moveProofs(
  tx: Transaction,
  session: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const held = and(eq(proofs.sessionId, session), eq(proofs.secret, hashOf(from)))
  await tx
    .update(proofs)
    .set({ secret: hashOf(to) })
    .where(held)
}

async function read(db: Database['db'] | Transaction, id: string, user: string) {
  const [row] = await db
    .select({ stepUp: stepUps, user: { id: users.id, email: users.email }, device: sessions.device })
    .from(stepUps)
    .innerJoin(users, eq(users.id, stepUps.userId))
    .innerJoin(sessions, eq(sessions.id, stepUps.sessionId))
    .where(and(eq(stepUps.id, id), eq(stepUps.userId, user), isNull(sessions.endedAt), isNull(users.lockedAt)))
  if (!row) throw new NotFound('such step-up')
  return row
}

function toAsked({ stepUp, user, device }: Awaited<ReturnType<typeof read>>): AskedStepUp {
  const { asked, covers, ...rest } = stepUp
  const { calls, client } = asked as Pick<AskedStepUp, 'calls' | 'client'>
  return { ...rest, session: stepUp.sessionId, user, device, calls, client, covers: covers as Coverage }
}

async function sessionOf(tx: Transaction, id: string) {
  const [session] = await tx
    .select({ authenticatedAt: sessions.authenticatedAt })
    .from(sessions)
    .where(eq(sessions.id, id))
  if (!session) throw new NotFound('such session')
  return session
}

/** The answer to its own proof is only for the session that asked. */
function assertProver({ delivery, sessionId }: StepUpRow, session: string): void {
  if (delivery === 'response' && sessionId !== session) throw new StepUpNotHere()
}

function onlyPasskeys(): Error {
  return Object.assign(new FactorNotProved('The policy accepts only a passkey for this.', 'Prove it with a passkey.'), {
    rule: 'passkey-only',
  })
}

/** Every call that the proof is for, as the user saw it. */
function detailOf({ id, delivery, asked }: StepUpRow, method: ProofMethod): Record<string, string> {
  const calls = (asked as Pick<AskedStepUp, 'calls'>).calls.map(({ rack, app, route }) =>
    [rack, app, route].filter((part) => part !== null).join(' '),
  )
  return { stepUp: id, method, delivery, ...(calls.length > 0 && { for: [...new Set(calls)].join(', ') }) }
}
