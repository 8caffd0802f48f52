import { defineError, defineErrorWithText } from '@rack-gateway/errors'

/** Nothing was sent. */
export const RackUnreachable = defineError<[rack: string, cause: string]>(
  'RGW_RACK_UNREACHABLE',
  "the rack %s can't be reached: %s\ntry again in a moment, and if it stays like this, tell an administrator of the gateway",
  502,
  { reasonOnly: true },
)

/** Nothing was sent: whoever answered has another key than the rack. */
export const RackNotPinned = defineError<[rack: string, problem: string]>(
  'RGW_RACK_NOT_PINNED',
  "the rack %s can't be trusted: %s\ntell an administrator of the gateway",
  502,
  { reasonOnly: true },
)

/** Something may have been sent; for a call that changes something the gateway adds that it may have been carried out. */
export const RackBroken = defineError<[rack: string, cause: string]>(
  'RGW_RACK_BROKEN',
  'the rack %s did not answer in full: %s\ntry again in a moment, and if it stays like this, tell an administrator of the gateway',
  502,
  { reasonOnly: true },
)

export const AnswerTooLarge = defineError<[rack: string, limit: number]>(
  'RGW_ANSWER_TOO_LARGE',
  'the answer of the rack %s is larger than the %d bytes that can be checked for secrets, so it is not shown\nask for less at once',
  502,
  { reasonOnly: true },
)

/** The caller's side ended the call: hung up, was cut off, or broke off its body. Nobody may be left to read this. */
export const CallerGone = defineError<[rack: string]>(
  'RGW_CALLER_GONE',
  'the call to the rack %s was given up because the caller went away\nlook what has become of it before you try again',
  499,
  { reasonOnly: true },
)

/** Something may have been sent to a rack, but never all of it. */
export const BodyTooSlow = defineErrorWithText('RGW_BODY_TOO_SLOW', 408, { stack: false, reasonOnly: true })

export const AmbiguousHeader = defineError<[header: string, problem: string]>(
  'RGW_AMBIGUOUS_HEADER',
  'the header %s %s:\nsend it once, by itself',
  400,
)

export const UnsafeHandshake = defineError<[rack: string]>(
  'RGW_UNSAFE_HANDSHAKE',
  'the websocket request for the rack %s holds characters that HTTP does not allow, so it was not sent:\nsend it without them',
  400,
)

export const UnknownRack = defineError<[rack: string, hint: string]>(
  'RGW_UNKNOWN_RACK',
  'there is no rack "%s".\n%s',
  404,
)

export const RackNotChosen = defineError<[choice: string]>(
  'RGW_RACK_NOT_CHOSEN',
  'more than one rack is served here:\nend RACK_URL in /rack/ and a name%s',
  400,
)

export const OtherRackBound = defineError<[bound: string]>(
  'RGW_OTHER_RACK_BOUND',
  'this token is bound to the rack %s and is not valid for another one:\nuse that rack, or a token that is not bound to it',
  403,
)

export const DuplicateRack = defineError<[rack: string]>(
  'RGW_DUPLICATE_RACK',
  'the rack %s is configured twice\nleave one of them out',
  500,
  { reasonOnly: true },
)

export const RackWithoutTls = defineError<[rack: string]>(
  'RGW_RACK_WITHOUT_TLS',
  'the rack %s has authorities or pinned keys, but its address is plain http\nwrite https, or leave them out',
  500,
  { reasonOnly: true },
)

export const BodyAlreadyTaken = defineError(
  'RGW_BODY_ALREADY_TAKEN',
  "the rack's answer was read twice\nreport it to whoever makes the gateway",
  500,
  { reasonOnly: true },
)
