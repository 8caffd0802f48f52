import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const AuditUnavailable = defineError<[string | number]>('RGW_AUDIT_UNAVAILABLE', 503, {
  reason: 'The audit log cannot be written (%s), so the request was denied.',
  remedy: 'Try again in a moment.',
  remedyInMessage: false,
})
/** The stream must not get more events, in most cases because another process adopted it. */
export const StreamLost = defineError<[string | number, string | number]>('RGW_STREAM_LOST', 503, {
  reason: 'the stream %s cannot continue: %s',
  remedy: 'wait a moment: the gateway opens another stream by itself',
  remedyInMessage: false,
})
export const NoCanonicalForm = defineError<[string | number]>('RGW_NO_CANONICAL_FORM', 500, {
  reason: 'the value has no canonical form: %s',
  remedy: 'leave it out of the event',
  remedyInMessage: false,
})
export const InvalidFilter = defineErrorWithText('RGW_INVALID_FILTER', 400)
export const InvalidAuditCursor = defineError('RGW_INVALID_AUDIT_CURSOR', 400, {
  reason: 'The cursor is not from a page of the audit log, or is from a search with other filters.',
  remedy: 'Start again without a cursor.',
})
export const NoSuchEvent = defineError<[string]>('RGW_NO_SUCH_EVENT', 404, {
  reason: 'The audit log has no event %s. Events of archived months are not in the database.',
  remedy: 'Search by request or time.',
})
export const SearchTooBroad = defineError<[number]>('RGW_SEARCH_TOO_BROAD', 503, {
  reason: 'The search took longer than %d s and was stopped.',
  remedy: 'Add from and to, or another filter.',
})
export const ChangeSearchTooSlow = defineError<[number]>('RGW_CHANGE_SEARCH_TOO_SLOW', 503, {
  reason: 'The search for changes took longer than %d s and was stopped.',
  remedy: 'Try again in a moment.',
})
export const SearchBusy = defineErrorWithText('RGW_SEARCH_BUSY', 429)
/** The events of a write may not be durable in the file, so the gateway must not confirm any of them. */
export const FallbackUnusable = defineError<[string | number]>('RGW_AUDIT_FALLBACK_UNUSABLE', 503, {
  reason: 'the fallback file cannot be written: %s',
  remedy: 'free disk space in AUDIT_FALLBACK_DIR, or make it writable for the gateway',
  remedyInMessage: false,
})
/** Ends the process if the gateway is starting. */
export const FallbackDirectoryUnfit = defineError<[string | number]>('RGW_AUDIT_FALLBACK_DIRECTORY_UNFIT', 500, {
  reason: 'AUDIT_FALLBACK_DIR cannot be used: %s',
  remedy: 'choose another directory',
  remedyInMessage: false,
})
export const SinkMisconfigured = defineErrorWithText('RGW_SINK_MISCONFIGURED', 500)
/** A restored log cannot be continued. Nothing was recorded. */
export const RestoreRefused = defineErrorWithText('RGW_RESTORE_REFUSED', 500)
/** An archive cannot be written, verified, or used. Its month is not dropped. */
export const ArchiveRefused = defineErrorWithText('RGW_ARCHIVE_REFUSED', 500)
