import { createRefusal, createTold } from '@rack-gateway/errors'

/** Nothing was sent. */
export const RackUnreachable = createRefusal<[rack: string, cause: string]>(
  'RGW_RACK_UNREACHABLE',
  "the rack %s can't be reached: %s\ntry again in a moment, and if it stays like this, tell an administrator of the gateway",
  502,
  { brief: true },
)

/** Nothing was sent: whoever answered has another key than the rack. */
export const RackNotPinned = createRefusal<[rack: string, problem: string]>(
  'RGW_RACK_NOT_PINNED',
  "the rack %s can't be trusted: %s\ntell an administrator of the gateway",
  502,
  { brief: true },
)

/** Something may have been sent; for a call that changes something the gateway adds that it may have been carried out. */
export const RackBroken = createRefusal<[rack: string, cause: string]>(
  'RGW_RACK_BROKEN',
  'the rack %s did not answer in full: %s\ntry again in a moment, and if it stays like this, tell an administrator of the gateway',
  502,
  { brief: true },
)

export const AnswerTooLarge = createRefusal<[rack: string, limit: number]>(
  'RGW_ANSWER_TOO_LARGE',
  'the answer of the rack %s is larger than the %d bytes that can be checked for secrets, so it is not shown\nask for less at once',
  502,
  { brief: true },
)

/** The caller's side ended the call: hung up, was cut off, or broke off its body. Nobody may be left to read this. */
export const CallerGone = createRefusal<[rack: string]>(
  'RGW_CALLER_GONE',
  'the call to the rack %s was given up because the caller went away\nlook what has become of it before you try again',
  499,
  { brief: true },
)

/** Something may have been sent to a rack, but never all of it. */
export const BodyTooSlow = createTold('RGW_BODY_TOO_SLOW', 408, { stack: false, brief: true })

export const AmbiguousHeader = createRefusal<[header: string, problem: string]>(
  'RGW_AMBIGUOUS_HEADER',
  'the header %s %s:\nsend it once, by itself',
  400,
)

export const UnsafeHandshake = createRefusal<[rack: string]>(
  'RGW_UNSAFE_HANDSHAKE',
  'the websocket request for the rack %s holds characters that HTTP does not allow, so it was not sent:\nsend it without them',
  400,
)

export const UnknownRack = createRefusal<[rack: string, hint: string]>(
  'RGW_UNKNOWN_RACK',
  'there is no rack "%s".\n%s',
  404,
)

export const RackNotChosen = createRefusal<[choice: string]>(
  'RGW_RACK_NOT_CHOSEN',
  'more than one rack is served here:\nend RACK_URL in /rack/ and a name%s',
  400,
)

export const OtherRackBound = createRefusal<[bound: string]>(
  'RGW_OTHER_RACK_BOUND',
  'this token is bound to the rack %s and is not valid for another one:\nuse that rack, or a token that is not bound to it',
  403,
)

export const DuplicateRack = createRefusal<[rack: string]>(
  'RGW_DUPLICATE_RACK',
  'the rack %s is configured twice\nleave one of them out',
  500,
  { brief: true },
)

export const RackWithoutTls = createRefusal<[rack: string]>(
  'RGW_RACK_WITHOUT_TLS',
  'the rack %s has authorities or pinned keys, but its address is plain http\nwrite https, or leave them out',
  500,
  { brief: true },
)

export const BodyAlreadyTaken = createRefusal(
  'RGW_BODY_ALREADY_TAKEN',
  "the rack's answer was read twice\nreport it to whoever makes the gateway",
  500,
  { brief: true },
)
