import createError from '@fastify/error'

export const AuditUnavailable = createError(
  'RGW_AUDIT_UNAVAILABLE',
  'the audit log cannot be written (%s), so the request was refused',
  503,
)
/** Somebody else has taken the stream over: nothing more may be added to it. */
export const StreamLost = createError('RGW_STREAM_LOST', 'the stream %s was taken over: %s', 503)
export const NotCanonical = createError('RGW_NO_CANONICAL_FORM', 'this value has no canonical form: %s', 500)
export const InvalidFilter = createError<[string]>('RGW_INVALID_FILTER', '%s', 400)
export const InvalidAuditCursor = createError(
  'RGW_INVALID_AUDIT_CURSOR',
  'this cursor is none that a page of the audit log gave, or of a search with other filters: begin again without it',
  400,
)
export const NoSuchEvent = createError<[string]>(
  'RGW_NO_SUCH_EVENT',
  'the audit log has no event %s: look for it by request or by time; events of months that were archived are no longer here',
  404,
)
export const SearchTooBroad = createError<[number]>(
  'RGW_SEARCH_TOO_BROAD',
  'the search took longer than %d s and was ended, so that nothing else waits for it: add from and to, or another filter',
  503,
)
export const SearchBusy = createError<[string]>(
  'RGW_SEARCH_BUSY',
  'too many %s are under way at this gateway: wait for one to end, and try again',
  429,
)
/** The events are not in the file, or nobody knows: none of them may be promised. */
export const FallbackUnusable = createError(
  'RGW_AUDIT_FALLBACK_UNUSABLE',
  'the fallback file can not be written: %s',
  503,
)
/** Why the process doesn't start. */
export const FallbackDirectoryUnfit = createError(
  'RGW_AUDIT_FALLBACK_DIRECTORY_UNFIT',
  'AUDIT_FALLBACK_DIR can not be used: %s',
  500,
)
export const SinkMisconfigured = createError('RGW_SINK_MISCONFIGURED', '%s', 500)
/** Something isn't as it must be before a month may leave the database. Nothing was dropped. */
export const ArchiveRefused = createError('RGW_ARCHIVE_REFUSED', '%s', 500)
