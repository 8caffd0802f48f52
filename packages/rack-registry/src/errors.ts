import createError from '@fastify/error'

/** Nothing was sent. */
export const RackUnreachable = createError<[rack: string, cause: string]>(
  'RGW_RACK_UNREACHABLE',
  "the rack %s can't be reached: %s",
  502,
)

/** Nothing was sent: whoever answered has another key than the rack. */
export const RackNotPinned = createError<[rack: string, problem: string]>(
  'RGW_RACK_NOT_PINNED',
  "the rack %s can't be trusted: %s",
  502,
)

/** Something may have been sent; for a call that changes something the gateway adds that it may have been carried out. */
export const RackBroken = createError<[rack: string, cause: string]>(
  'RGW_RACK_BROKEN',
  'the rack %s did not answer in full: %s',
  502,
)

export const AnswerTooLarge = createError<[rack: string, limit: number]>(
  'RGW_ANSWER_TOO_LARGE',
  'the answer of the rack %s is larger than the %d bytes that can be checked for secrets, so it is not shown',
  502,
)

/** The caller's side ended the call: hung up, was cut off, or broke off its body. Nobody may be left to read this. */
export const CallerGone = createError<[rack: string]>(
  'RGW_CALLER_GONE',
  'the call to the rack %s was given up because the caller went away',
  499,
)

export const AmbiguousHeader = createError<[header: string, problem: string]>(
  'RGW_AMBIGUOUS_HEADER',
  'the header %s %s: send it once, by itself',
  400,
)

export const UnsafeHandshake = createError<[rack: string]>(
  'RGW_UNSAFE_HANDSHAKE',
  'the websocket request for the rack %s holds characters that HTTP does not allow, so it was not sent: send it without them',
  400,
)

export const UnknownRack = createError<[rack: string]>(
  'RGW_UNKNOWN_RACK',
  'there is no rack named %s: check the name after /rack/ in RACK_URL',
  404,
)

export const RackNotChosen = createError<[choice: string]>(
  'RGW_RACK_NOT_CHOSEN',
  'more than one rack is served here: end RACK_URL in /rack/ and a name%s',
  400,
)

export const OtherRackBound = createError<[bound: string]>(
  'RGW_OTHER_RACK_BOUND',
  'this token is bound to the rack %s and is not valid for another one: use that rack, or a token that is not bound to it',
  403,
)

export const DuplicateRack = createError<[rack: string]>('RGW_DUPLICATE_RACK', 'the rack %s is configured twice', 500)

export const RackWithoutTls = createError<[rack: string]>(
  'RGW_RACK_WITHOUT_TLS',
  'the rack %s has authorities or pinned keys, but its address is plain http',
  500,
)

export const BodyAlreadyTaken = createError('RGW_BODY_ALREADY_TAKEN', "the rack's answer was read twice", 500)
