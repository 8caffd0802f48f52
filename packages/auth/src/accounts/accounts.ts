import { randomUUID } from 'node:crypto'
import { serviceAccounts, users } from '@rack-gateway/database'
import { and, eq } from 'drizzle-orm'
import { NameTaken, NotFound } from '../errors/errors.ts'
import type { Change, Transaction } from '../transactions/change.ts'
import { canonicalEmail, checkName } from '../transactions/names.ts'

/** The issuer of users that `rack-gateway-server` creates. Their subject is their email address. */
const localIssuer = 'local'

export interface User {
  readonly id: string
  readonly email: string
}

/** A user's account at an identity provider, as the claims `iss` and `sub` name it. */
export interface ProviderAccount {
  readonly issuer: string
  readonly subject: string
}

/**
 * Finds or adds the user of an account. Concurrent callers get the same user.
 *
 * @param account default: of the issuer `local`, with the email address as its subject
 * @throws InvalidName
 */
export async function ensureUser({ tx }: Change, email: string, account?: ProviderAccount): Promise<User> {
  const address = canonicalEmail(email)
  const { issuer, subject } = account ?? { issuer: localIssuer, subject: address }
  await tx.insert(users).values({ id: randomUUID(), issuer, subject, email: address }).onConflictDoNothing()
  return findUser(tx, address, { issuer, subject })
}

/** Finds the user of an account, by default one of the issuer `local`. @throws NotFound, InvalidName */
export async function findUser(tx: Transaction, email: string, account?: ProviderAccount): Promise<User> {
  const address = canonicalEmail(email)
  const { issuer, subject } = account ?? { issuer: localIssuer, subject: address }
  const ofAccount = and(eq(users.issuer, issuer), eq(users.subject, subject))
  const [user] = await tx.select({ id: users.id, email: users.email }).from(users).where(ofAccount)
  if (!user) throw new NotFound(`user ${address}`)
  return user
}

/** @returns the ID. @throws NameTaken, InvalidName */
export async function insertServiceAccount(change: Change, name: string): Promise<string> {
  const account = { id: randomUUID(), name: checkName('name of a service account', name) }
  const inserted = await change.tx.insert(serviceAccounts).values(account).onConflictDoNothing().returning()
  if (inserted.length === 0) throw new NameTaken(name)
  const detail = { serviceAccount: account.id, name }
  change.events.push({ kind: 'service-account.created', principal: change.by, detail })
  return account.id
}

/** @returns the ID. @throws NotFound */
export async function findServiceAccount(tx: Transaction, name: string): Promise<string> {
  const [account] = await tx
    .select({ id: serviceAccounts.id })
    .from(serviceAccounts)
    .where(eq(serviceAccounts.name, name))
  if (!account) throw new NotFound(`service account ${JSON.stringify(name)}`)
  return account.id
}
