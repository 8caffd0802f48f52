import { randomUUID } from 'node:crypto'
import { apiTokens, credentials, type Database, serviceAccounts, users } from '@rack-gateway/database'
import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import { findServiceAccount, findUser } from '../accounts/accounts.ts'
import { createBinding, type ScopeTerms } from '../accounts/bindings.ts'
import { TooManyTokens } from '../errors/errors.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
import { checkName } from '../transactions/names.ts'

/** A token can never do more than its owner. */
export type Owner =
  | { readonly kind: 'user'; readonly email: string }
  | { readonly kind: 'service-account'; readonly name: string }

export interface ApiTokenRequest {
  readonly name: string
  readonly owner: Owner
  readonly role: string
  /** Patterns of the scope. Default: all racks and apps. */
  readonly racks?: string
  readonly apps?: string
  /** The only rack that the token is valid for. */
  readonly rack?: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export async function insertApiToken(
  change: Change,
  mint: TokenMint,
  { role, racks = '*', apps = '*', owner, ...request }: ApiTokenRequest,
): Promise<IssuedCredential> {
  const ref = { kind: owner.kind, id: await findOwner(change, owner) }
  return storeApiToken(change, mint, { ...request, owner: ref, bindings: [{ role, racks, apps }] })
}

export interface OwnerRef {
  readonly kind: Owner['kind']
  readonly id: string
}

export interface ApiTokenBinding extends ScopeTerms {
  readonly role: string
  readonly racks: string
  readonly apps: string
  readonly permissions?: readonly string[]
}

export interface ApiTokenTerms {
  readonly name: string
  readonly owner: OwnerRef
  readonly bindings: readonly ApiTokenBinding[]
  /** Valid CIDRs. */
  readonly sources?: readonly string[]
  /** The only rack that the token is valid for. */
  readonly rack?: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export async function storeApiToken(
  change: Change,
  mint: TokenMint,
  { owner, bindings, rack, sources = [], expiresAt: requestedExpiry, ...request }: ApiTokenTerms,
): Promise<IssuedCredential> {
  const name = checkName('name of an API token', request.name)
  const { token, hash, expiresAt } = mint.issue('api-token', requestedExpiry)
  const id = randomUUID()
  const end = new Date(expiresAt)
  const row = {
    id,
    name,
    ...ownerColumns(owner),
    rack,
    expiresAt: end,
    prefix: prefixOf(token),
    sources: sources.join(' '),
  }
  await change.tx.insert(apiTokens).values(row)
  await change.tx.insert(credentials).values({ hash, apiTokenId: id, expiresAt: end })
  for (const binding of bindings) await createBinding(change, { kind: 'api-token', id }, binding)
  const from = sources.length > 0 && { sources: sources.join(' ') }
  const detail = { token: id, name, owner: `${owner.kind}:${owner.id}`, expires: end.toISOString(), ...from }
  change.events.push({ kind: 'token.issued', principal: change.by, ...(rack !== undefined && { rack }), detail })
  return { id, token, expiresAt }
}

/** @throws TooManyTokens if the owner already has the maximum number of valid tokens */
export async function assertBelowTokenLimit(
  { tx }: Change,
  { kind, id }: OwnerRef,
  { now, max }: { readonly now: Date; readonly max: number },
): Promise<void> {
  const ofOwner = eq(kind === 'user' ? apiTokens.userId : apiTokens.serviceAccountId, id)
  const live = and(ofOwner, isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now))
  if ((await tx.$count(apiTokens, live)) >= max) throw new TooManyTokens(max)
}

/**
 * The length of the prefix that lists show. Its first 11 characters contain the kind, the version, and the key of the
 * token, so many tokens share these characters. Its last five characters are random.
 */
const shownPrefixWidth = 16

export function prefixOf(token: string): string {
  return token.slice(0, shownPrefixWidth)
}

export function ownerColumns({ kind, id }: OwnerRef) {
  return kind === 'user' ? { userId: id, serviceAccountId: null } : { userId: null, serviceAccountId: id }
}

async function findOwner({ tx }: Change, owner: Owner): Promise<string> {
  if (owner.kind === 'service-account') return findServiceAccount(tx, owner.name)
  return (await findUser(tx, owner.email)).id
}

/** Has no effect on a revoked token. @throws NotFound */
export async function closeApiToken(change: Change, id: string, at: Date): Promise<void> {
  const token = await lockItem(change, apiTokens, 'API token', id)
  if (token.revokedAt) return
  await change.tx.update(apiTokens).set({ revokedAt: at }).where(eq(apiTokens.id, id))
  change.events.push({ kind: 'token.revoked', principal: change.by, detail: { token: id, name: token.name } })
}

/** The newest thousand tokens. */
export function selectApiTokens(db: Database['db']) {
  return db
    .select({
      id: apiTokens.id,
      name: apiTokens.name,
      ownerEmail: users.email,
      ownerAccount: serviceAccounts.name,
      rack: apiTokens.rack,
      createdAt: apiTokens.createdAt,
      expiresAt: apiTokens.expiresAt,
      revokedAt: apiTokens.revokedAt,
    })
    .from(apiTokens)
    .leftJoin(users, eq(users.id, apiTokens.userId))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiTokens.serviceAccountId))
    .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
    .limit(1_000)
}
