import { defineError, defineErrorWithText } from '@rack-gateway/errors'

/** Nothing was sent to the rack. */
export const RackUnreachable = defineError<[rack: string, cause: string]>('RGW_RACK_UNREACHABLE', 502, {
  reason: 'The rack %s cannot be reached: %s.',
  remedy: 'Try again in a moment. If the problem persists, tell an administrator of the gateway.',
  remedyInMessage: false,
})

/** Nothing was sent to the rack. */
export const RackNotPinned = defineError<[rack: string, problem: string]>('RGW_RACK_NOT_PINNED', 502, {
  reason: 'The rack %s cannot be trusted: %s.',
  remedy: 'Tell an administrator of the gateway.',
  remedyInMessage: false,
})

/** The rack carried nothing out. */
export const RackRejectsGateway = defineError<[rack: string, variableSuffix: string]>('RGW_RACK_REJECTS_GATEWAY', 502, {
  reason:
    "The rack %s rejects the gateway, because the gateway's password for this rack is not valid. Your own credential is valid.",
  remedy:
    'Ask the operator of the gateway to set RACK_TOKEN_%s to the password of the rack, and to restart the gateway.',
  stack: false,
})

/**
 * The rack may have received the request. For a call that changes something, the gateway adds to the message that the
 * change may have been made.
 */
export const RackBroken = defineError<[rack: string, cause: string]>('RGW_RACK_BROKEN', 502, {
  reason: 'The rack %s did not answer completely: %s.',
  remedy: 'Try again in a moment. If the problem persists, tell an administrator of the gateway.',
  remedyInMessage: false,
})

export const ResponseTooLarge = defineError<[rack: string, limit: number]>('RGW_ANSWER_TOO_LARGE', 502, {
  reason:
    'The response of the rack %s is larger than the %d bytes that the gateway can check for secrets, so it is not shown.',
  remedy: 'Request less data at once.',
  remedyInMessage: false,
})

/** The caller disconnected, was disconnected, or aborted the body. The caller may never read this error. */
export const CallerGone = defineError<[rack: string]>('RGW_CALLER_GONE', 499, {
  reason: 'The call to the rack %s was aborted because the caller disconnected.',
  remedy: 'Check the result of the call before you try again.',
  remedyInMessage: false,
})

/** The rack may have received a part of the request, but never the whole request. */
export const BodyTooSlow = defineErrorWithText('RGW_BODY_TOO_SLOW', 408, { stack: false, remedyInMessage: false })

export const AmbiguousHeader = defineError<[header: string, problem: string]>('RGW_AMBIGUOUS_HEADER', 400, {
  reason: 'The header %s %s.',
  remedy: 'Send the header once, and do not name it in Connection.',
})

export const UnsafeHandshake = defineError<[rack: string]>('RGW_UNSAFE_HANDSHAKE', 400, {
  reason: 'The websocket request for the rack %s contains characters that HTTP does not allow, so it was not sent.',
  remedy: 'Send the request without these characters.',
})

export const UnknownRack = defineError<[rack: string, hint: string]>('RGW_UNKNOWN_RACK', 404, {
  reason: 'There is no rack "%s".',
  remedy: '%s',
})

export const RackNotChosen = defineError<[choice: string]>('RGW_RACK_NOT_CHOSEN', 400, {
  reason: 'This gateway serves more than one rack.',
  remedy: 'Add /rack/ and the name of a rack to RACK_URL%s.',
})

export const OtherRackBound = defineError<[bound: string]>('RGW_OTHER_RACK_BOUND', 403, {
  reason: 'This token is bound to the rack %s, and is not valid for another rack.',
  remedy: 'Use that rack, or a token that is not bound to it.',
})

/** The path, the credential, and the header `Rack` must select the same rack. */
export const RackMismatch = defineError<[source: string, other: string, remedy: string]>('RGW_RACK_MISMATCH', 400, {
  reason: '%s names another rack than %s.',
  remedy: '%s',
})

export const DuplicateRack = defineError<[rack: string]>('RGW_DUPLICATE_RACK', 500, {
  reason: 'The rack %s is configured twice.',
  remedy: 'Remove one of the two configurations.',
  remedyInMessage: false,
})

export const RackWithoutTls = defineError<[rack: string]>('RGW_RACK_WITHOUT_TLS', 500, {
  reason: 'The rack %s has authorities or pinned keys, but its URL is plain http.',
  remedy: 'Use https, or remove the authorities and pinned keys.',
  remedyInMessage: false,
})

export const BodyAlreadyTaken = defineError('RGW_BODY_ALREADY_TAKEN', 500, {
  reason: "The rack's response body was read twice.",
  remedy: 'Report this error to the maintainers of the gateway.',
  remedyInMessage: false,
})
