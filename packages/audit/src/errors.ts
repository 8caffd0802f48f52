import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const AuditUnavailable = defineError<[string | number]>(
  'RGW_AUDIT_UNAVAILABLE',
  'The audit log cannot be written (%s), so the request was denied.\nTry again in a moment.',
  503,
  { remedyInMessage: false },
)
/** The stream must not get more events, in most cases because another process adopted it. */
export const StreamLost = defineError<[string | number, string | number]>(
  'RGW_STREAM_LOST',
  'the stream %s cannot continue: %s\nwait a moment: the gateway opens another stream by itself',
  503,
  { remedyInMessage: false },
)
export const NoCanonicalForm = defineError<[string | number]>(
  'RGW_NO_CANONICAL_FORM',
  'the value has no canonical form: %s\nleave it out of the event',
  500,
  { remedyInMessage: false },
)
export const InvalidFilter = defineErrorWithText('RGW_INVALID_FILTER', 400)
export const InvalidAuditCursor = defineError(
  'RGW_INVALID_AUDIT_CURSOR',
  'The cursor is not from a page of the audit log, or is from a search with other filters.\nStart again without a cursor.',
  400,
)
export const NoSuchEvent = defineError<[string]>(
  'RGW_NO_SUCH_EVENT',
  'The audit log has no event %s. Events of archived months are not in the database.\nSearch by request or time.',
  404,
)
export const SearchTooBroad = defineError<[number]>(
  'RGW_SEARCH_TOO_BROAD',
  'The search took longer than %d s and was stopped.\nAdd from and to, or another filter.',
  503,
)
export const ChangeSearchTooSlow = defineError<[number]>(
  'RGW_CHANGE_SEARCH_TOO_SLOW',
  'The search for changes took longer than %d s and was stopped.\nTry again in a moment.',
  503,
)
export const SearchBusy = defineErrorWithText('RGW_SEARCH_BUSY', 429)
/** The events of a write may not be durable in the file, so the gateway must not confirm any of them. */
export const FallbackUnusable = defineError<[string | number]>(
  'RGW_AUDIT_FALLBACK_UNUSABLE',
  'the fallback file cannot be written: %s\nfree disk space in AUDIT_FALLBACK_DIR, or make it writable for the gateway',
  503,
  { remedyInMessage: false },
)
/** Ends the process if the gateway is starting. */
export const FallbackDirectoryUnfit = defineError<[string | number]>(
  'RGW_AUDIT_FALLBACK_DIRECTORY_UNFIT',
  'AUDIT_FALLBACK_DIR cannot be used: %s\nchoose another directory',
  500,
  { remedyInMessage: false },
)
export const SinkMisconfigured = defineErrorWithText('RGW_SINK_MISCONFIGURED', 500)
/** An archive cannot be written, verified, or used. Its month is not dropped. */
export const ArchiveRefused = defineErrorWithText('RGW_ARCHIVE_REFUSED', 500)
