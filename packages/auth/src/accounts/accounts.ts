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

/** Finds or adds a user of the issuer `local`. Concurrent callers get the same user. @throws InvalidName */
export async function ensureUser({ tx }: Change, email: string): Promise<User> {
  const subject = canonicalEmail(email)
  const user = { id: randomUUID(), issuer: localIssuer, subject, email: subject }
  await tx.insert(users).values(user).onConflictDoNothing()
  return findUser(tx, subject)
}

/** Finds a user of the issuer `local`. @throws NotFound, InvalidName */
export async function findUser(tx: Transaction, email: string): Promise<User> {
  const subject = canonicalEmail(email)
  const local = and(eq(users.issuer, localIssuer), eq(users.subject, subject))
  const [user] = await tx.select({ id: users.id, email: users.email }).from(users).where(local)
  if (!user) throw new NotFound(`user ${subject}`)
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
