import { defineError, defineErrorWithText } from '@rack-gateway/errors'

/** Nothing was sent to the rack. */
export const RackUnreachable = defineError<[rack: string, cause: string]>(
  'RGW_RACK_UNREACHABLE',
  'The rack %s cannot be reached: %s.\nTry again in a moment. If the problem persists, tell an administrator of the gateway.',
  502,
  { remedyInMessage: false },
)

/** Nothing was sent to the rack. */
export const RackNotPinned = defineError<[rack: string, problem: string]>(
  'RGW_RACK_NOT_PINNED',
  'The rack %s cannot be trusted: %s.\nTell an administrator of the gateway.',
  502,
  { remedyInMessage: false },
)

/**
 * The rack may have received the request. For a call that changes something, the gateway adds to the message that the
 * change may have been made.
 */
export const RackBroken = defineError<[rack: string, cause: string]>(
  'RGW_RACK_BROKEN',
  'The rack %s did not answer completely: %s.\nTry again in a moment. If the problem persists, tell an administrator of the gateway.',
  502,
  { remedyInMessage: false },
)

export const ResponseTooLarge = defineError<[rack: string, limit: number]>(
  'RGW_ANSWER_TOO_LARGE',
  'The response of the rack %s is larger than the %d bytes that the gateway can check for secrets, so it is not shown.\nRequest less data at once.',
  502,
  { remedyInMessage: false },
)

/** The caller disconnected, was disconnected, or aborted the body. The caller may never read this error. */
export const CallerGone = defineError<[rack: string]>(
  'RGW_CALLER_GONE',
  'The call to the rack %s was aborted because the caller disconnected.\nCheck the result of the call before you try again.',
  499,
  { remedyInMessage: false },
)

/** The rack may have received a part of the request, but never the whole request. */
export const BodyTooSlow = defineErrorWithText('RGW_BODY_TOO_SLOW', 408, { stack: false, remedyInMessage: false })

export const AmbiguousHeader = defineError<[header: string, problem: string]>(
  'RGW_AMBIGUOUS_HEADER',
  'The header %s %s.\nSend the header once, and do not name it in Connection.',
  400,
)

export const UnsafeHandshake = defineError<[rack: string]>(
  'RGW_UNSAFE_HANDSHAKE',
  'The websocket request for the rack %s contains characters that HTTP does not allow, so it was not sent.\nSend the request without these characters.',
  400,
)

export const UnknownRack = defineError<[rack: string, hint: string]>(
  'RGW_UNKNOWN_RACK',
  'There is no rack "%s".\n%s',
  404,
)

export const RackNotChosen = defineError<[choice: string]>(
  'RGW_RACK_NOT_CHOSEN',
  'This gateway serves more than one rack.\nAdd /rack/ and the name of a rack to RACK_URL%s.',
  400,
)

export const OtherRackBound = defineError<[bound: string]>(
  'RGW_OTHER_RACK_BOUND',
  'This token is bound to the rack %s, and is not valid for another rack.\nUse that rack, or a token that is not bound to it.',
  403,
)

/** The path, the credential, and the header `Rack` must select the same rack. */
export const RackMismatch = defineError<[source: string, other: string, remedy: string]>(
  'RGW_RACK_MISMATCH',
  '%s names another rack than %s.\n%s',
  400,
)

export const DuplicateRack = defineError<[rack: string]>(
  'RGW_DUPLICATE_RACK',
  'The rack %s is configured twice.\nRemove one of the two configurations.',
  500,
  { remedyInMessage: false },
)

export const RackWithoutTls = defineError<[rack: string]>(
  'RGW_RACK_WITHOUT_TLS',
  'The rack %s has authorities or pinned keys, but its URL is plain http.\nUse https, or remove the authorities and pinned keys.',
  500,
  { remedyInMessage: false },
)

export const BodyAlreadyTaken = defineError(
  'RGW_BODY_ALREADY_TAKEN',
  "The rack's response body was read twice.\nReport this error to the maintainers of the gateway.",
  500,
  { remedyInMessage: false },
)
