import { ArchiveRefused } from '@rack-gateway/audit/verify'
import { AuditUnreadable } from '../../../errors/errors.ts'
import { printable, withoutPunctuation } from '../../../terminal/terminal.ts'

/** Turns a read error into `AuditUnreadable`, because a log that cannot be read is not verified. */
export function toUnreadableError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (String(error.code).startsWith('RGW_') && !(error instanceof ArchiveRefused)) return error
  return new AuditUnreadable(
    `The log could not be read to its end, so it is not verified: ${withoutPunctuation(printable(error.message))}.`,
    'Try again. If it fails again, check the source of the log.',
  )
}
