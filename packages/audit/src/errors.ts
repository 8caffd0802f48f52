import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const AuditUnavailable = defineError<[string | number]>(
  'RGW_AUDIT_UNAVAILABLE',
  'the audit log cannot be written (%s), so the request was refused\ntry again in a moment',
  503,
  { reasonOnly: true },
)
/** Somebody else has taken the stream over: nothing more may be added to it. */
export const StreamLost = defineError<[string | number, string | number]>(
  'RGW_STREAM_LOST',
  'the stream %s was taken over: %s\nstart the gateway again',
  503,
  { reasonOnly: true },
)
export const NotCanonical = defineError<[string | number]>(
  'RGW_NO_CANONICAL_FORM',
  'this value has no canonical form: %s\nleave it out of the event',
  500,
  { reasonOnly: true },
)
export const InvalidFilter = defineErrorWithText('RGW_INVALID_FILTER', 400)
export const InvalidAuditCursor = defineError(
  'RGW_INVALID_AUDIT_CURSOR',
  'this cursor is none that a page of the audit log gave, or of a search with other filters:\nbegin again without it',
  400,
)
export const NoSuchEvent = defineError<[string]>(
  'RGW_NO_SUCH_EVENT',
  'the audit log has no event %s:\nlook for it by request or by time; events of months that were archived are no longer here',
  404,
)
export const SearchTooBroad = defineError<[number]>(
  'RGW_SEARCH_TOO_BROAD',
  'the search took longer than %d s and was ended, so that nothing else waits for it:\nadd from and to, or another filter',
  503,
)
export const SearchBusy = defineError<[string]>(
  'RGW_SEARCH_BUSY',
  'too many %s are under way at this gateway:\nwait for one to end, and try again',
  429,
)
/** The events are not in the file, or nobody knows: none of them may be promised. */
export const FallbackUnusable = defineError<[string | number]>(
  'RGW_AUDIT_FALLBACK_UNUSABLE',
  'the fallback file can not be written: %s\nmake room in AUDIT_FALLBACK_DIR, or open it to the gateway',
  503,
  { reasonOnly: true },
)
/** Why the process doesn't start. */
export const FallbackDirectoryUnfit = defineError<[string | number]>(
  'RGW_AUDIT_FALLBACK_DIRECTORY_UNFIT',
  'AUDIT_FALLBACK_DIR can not be used: %s\nchoose another directory',
  500,
  { reasonOnly: true },
)
export const SinkMisconfigured = defineErrorWithText('RGW_SINK_MISCONFIGURED', 500)
/** Something isn't as it must be before a month may leave the database. Nothing was dropped. */
export const ArchiveRefused = defineErrorWithText('RGW_ARCHIVE_REFUSED', 500)
