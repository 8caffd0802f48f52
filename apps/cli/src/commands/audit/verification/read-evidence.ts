import { ArchiveRefused, type PublicKey, readPublicKey } from '@rack-gateway/audit/verify'
import { AuditUnreadable, Usage } from '../../../errors.ts'
import { printable, withoutPunctuation } from '../../../output/terminal.ts'

export const keyOption = { type: 'string', describe: 'The public key that you know' } as const
export const archiveOption = {
  type: 'string',
  complete: 'file',
  describe: 'A directory with archived months, or with a copy of the bucket that has them',
} as const
export const databaseOption = { type: 'string', describe: 'Read from this PostgreSQL, not from the gateway' } as const

/** @throws Usage */
export function pinnedKey(text: string | null): PublicKey | null {
  if (text === null) return null
  const key = readPublicKey(text)
  if (key === null)
    throw new Usage('--key is not the public key of a gateway.', 'Use a key such as rack-gateway/audit+1a2b3c4d+AbCd….')
  return key
}

/** Turns a read error into `AuditUnreadable`, because a log that cannot be read is not verified. */
export function toUnreadableError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (String(error.code).startsWith('RGW_') && !(error instanceof ArchiveRefused)) return error
  return new AuditUnreadable(
    `The log could not be read to its end, so it is not verified: ${withoutPunctuation(printable(error.message))}.`,
    'Try again. If it fails again, check the source of the log.',
  )
}
