import type { Sql } from 'postgres'
import { readCheckpoint } from '../checkpoints/checkpoint.ts'
import type { SigningKeys } from '../checkpoints/key-choice.ts'
import type { SigningKey } from '../checkpoints/signing-key.ts'
import { ArchiveRefused } from '../errors.ts'

/** The key that the log goes on with signs archives too: then whoever verifies the log believes them. @throws ArchiveRefused */
export async function archiveSigner(sql: Sql, keys: SigningKeys): Promise<SigningKey> {
  const [row] = await sql<{ note: string }[]>`select note from audit.checkpoints order by number desc limit 1`
  if (row === undefined)
    throw new ArchiveRefused('there is no checkpoint yet:', 'start a gateway, which signs what was recorded')
  const current = readCheckpoint(row.note)?.key.text
  const key = keys.find(({ publicKey }) => publicKey.text === current)
  if (key === undefined)
    throw new ArchiveRefused(
      `the log goes on with another signing key (${current ?? 'unreadable'}):`,
      'set AUDIT_SIGNING_KEY or APP_SECRET_KEY as the gateways have it',
    )
  return key
}
