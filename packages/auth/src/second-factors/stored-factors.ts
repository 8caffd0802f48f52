import { backupCodes, type Database, secondFactors } from '@rack-gateway/database'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Transaction } from '../transactions/change.ts'
import type { Passkey } from './passkeys.ts'

type Reader = Database['db'] | Transaction
export type FactorRow = typeof secondFactors.$inferSelect

/** Oldest first. */
export function factorsOf(db: Reader, user: string): Promise<FactorRow[]> {
  return db
    .select()
    .from(secondFactors)
    .where(eq(secondFactors.userId, user))
    .orderBy(asc(secondFactors.createdAt), asc(secondFactors.id))
}

export function countUnusedBackupCodes(db: Reader, user: string): Promise<number> {
  return db.$count(backupCodes, and(eq(backupCodes.userId, user), isNull(backupCodes.usedAt)))
}

export interface StoredPasskey extends Passkey {
  readonly id: string
}

export function passkeysIn(rows: readonly FactorRow[]): readonly StoredPasskey[] {
  return rows.flatMap(function passkeyIn({ id, credentialId, publicKey, counter, transports }) {
    return credentialId && publicKey && counter !== null
      ? [{ id, credentialId, publicKey, counter, transports: transports ?? [] }]
      : []
  })
}

export interface StoredTotp {
  readonly id: string
  /** Encrypted. */
  readonly secret: Buffer
  readonly lastStep: number
}

export function totpIn(rows: readonly FactorRow[]): readonly StoredTotp[] {
  return rows.flatMap(({ id, secret, lastStep }) => (secret && lastStep !== null ? [{ id, secret, lastStep }] : []))
}
