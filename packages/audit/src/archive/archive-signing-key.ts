import type { Sql } from 'postgres'
import { readCheckpoint } from '../checkpoints/checkpoint.ts'
import type { SigningKeys } from '../checkpoints/choose-keys.ts'
import type { SigningKey } from '../checkpoints/signing-key.ts'
import { ArchiveRefused } from '../errors.ts'

/** The log's current signing key, which also signs archives, so that verifiers trust them. @throws ArchiveRefused */
export async function archiveSigner(sql: Sql, keys: SigningKeys): Promise<SigningKey> {
  const [row] = await sql<{ note: string }[]>`select note from audit.checkpoints order by number desc limit 1`
  if (row === undefined) throw new ArchiveRefused('There is no checkpoint yet.', 'Start a gateway, which creates one.')
  const current = readCheckpoint(row.note)?.key.text
  const key = keys.find(({ publicKey }) => publicKey.text === current)
  if (key === undefined)
    throw new ArchiveRefused(
      `This process does not have the current signing key of the log (${current ?? 'unreadable'}).`,
      'Set AUDIT_SIGNING_KEY or APP_SECRET_KEY to the value of the gateways.',
    )
  return key
}
