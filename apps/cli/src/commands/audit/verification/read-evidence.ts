import { ArchiveRefused } from '@rack-gateway/audit/archive/read'
import { type PublicKey, readPublicKey } from '@rack-gateway/audit/verify'
import { AuditUnreadable, Usage } from '../../../errors.ts'
import { printable } from '../../../output/terminal.ts'

export const keyOption = { type: 'string', describe: 'The public key that you know' } as const
export const archiveOption = {
  type: 'string',
  complete: 'file',
  describe: 'A directory with archived months, as they were written there or copied from a bucket',
} as const
export const databaseOption = { type: 'string', describe: 'Read from this PostgreSQL instead of the gateway' } as const

/** @throws Usage */
export function pinnedKey(text: string | null): PublicKey | null {
  if (text === null) return null
  const key = readPublicKey(text)
  if (key === null)
    throw new Usage('--key is not a key of a gateway.', 'A key is one word such as rack-gateway/audit+1a2b3c4d+AbCd….')
  return key
}

/** What can't be read is neither proven nor refuted. */
export function unreadable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (String(error.code).startsWith('RGW_') && !(error instanceof ArchiveRefused)) return error
  return new AuditUnreadable(
    `The log could not be read to its end, so it is not verified: ${printable(error.message)}`,
    'Try again. If it fails again, check the source of the log.',
  )
}
