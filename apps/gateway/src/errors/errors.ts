import { AmbiguousUser, type ambiguousUser } from '@rack-gateway/auth'
import { defineError, defineErrorWithText, type Explanation } from '@rack-gateway/errors'
import { textField } from '../json/text-field.ts'

interface ErrorDetails extends ErrorWithRule {
  /** Seconds. */
  readonly retryAfter?: number
}

/** Without a stack, so that many errors stay cheap. */
function errorType(code: string, status: number) {
  return class extends defineErrorWithText(code, status, { stack: false }) {
    constructor(reason: string, remedy: string, details?: ErrorDetails) {
      super(reason, remedy)
      Object.assign(this, details)
    }
  }
}

export const NotCanonical = errorType('RGW_NOT_CANONICAL', 400)
export const BadFrame = errorType('RGW_BAD_FRAME', 400)
export const HeadTooLarge = errorType('RGW_BAD_FRAME', 431)
export const Misdirected = errorType('RGW_MISDIRECTED', 421)
export const BrowserCall = errorType('RGW_BROWSER_CALL', 403)
export const AmbiguousParameters = errorType('RGW_AMBIGUOUS_PARAMETERS', 400)
export const InvalidParameter = errorType('RGW_INVALID_PARAMETER', 400)
export const BodyTooLarge = errorType('RGW_BODY_TOO_LARGE', 413)
export const NotFound = errorType('RGW_NOT_FOUND', 404)
export const UnknownRoute = errorType('RGW_UNKNOWN_ROUTE', 404)
export const NotAllowed = errorType('RGW_NOT_PERMITTED', 403)
export const StepUpNeeded = errorType('RGW_STEP_UP_NEEDED', 403)
/** The response must also have the header that makes the stock CLI ask for a proof. */
export const StepUpChallenge = errorType('RGW_STEP_UP_NEEDED', 401)
export const RequirementChanged = defineError('RGW_REQUIREMENT_CHANGED', 409, {
  reason:
    'During this request, your second factors or the policy changed, or your proof became too old, so the request needs a new proof of a second factor.',
  remedy: 'Repeat the request.',
  stack: false,
})
export const ApprovalNeeded = errorType('RGW_APPROVAL_NEEDED', 403)
export const NoReviewers = errorType('RGW_NO_REVIEWERS', 409)
export const RequestOutdated = errorType('RGW_REQUEST_OUTDATED', 409)
export const InsufficientAuthority = errorType('RGW_INSUFFICIENT_AUTHORITY', 403)
export const TooManyRequests = errorType('RGW_TOO_MANY_REQUESTS', 429)
export const TooManyCalls = errorType('RGW_TOO_MANY_CALLS', 503)
export const InvalidRequest = errorType('RGW_INVALID_REQUEST', 400)
export const NoSuchRelease = errorType('RGW_NO_SUCH_RELEASE', 404)
export const UnmaskableResponse = errorType('RGW_UNMASKABLE_ANSWER', 502)
export const UpstreamRedirect = errorType('RGW_UPSTREAM_REDIRECT', 502)
export const UpstreamUnclear = errorType('RGW_UPSTREAM_UNCLEAR', 502)
export const ChangeUnclear = errorType('RGW_CHANGE_UNCLEAR', 502)
export const PackagesTooSlow = errorType('RGW_PACKAGES_TOO_SLOW', 503)
export const OutcomeNotRecorded = errorType('RGW_OUTCOME_NOT_RECORDED', 503)
export const NotSignedYet = errorType('RGW_NOT_SIGNED_YET', 409)
export const RecordingRemoved = errorType('RGW_RECORDING_REMOVED', 410)
export const NoAlarm = errorType('RGW_NO_ALARM', 409)
export const RecordingOver = errorType('RGW_RECORDING_OVER', 409)
export const NoLiveCall = defineError('RGW_NO_LIVE_CALL', 404, {
  reason: 'There is no such live call. It may have ended.',
  remedy: 'List the live calls again.',
  stack: false,
})
export const CannotListen = errorType('RGW_CANNOT_LISTEN', 500)

export const CallerDisconnected = defineError('RGW_NOBODY_WAITS', 499, {
  reason: 'The caller disconnected before the gateway issued a token, so no token was issued.',
  remedy: 'Repeat the request.',
  stack: false,
  remedyInMessage: false,
})

/** Only the log shows this error. */
export const RequestAborted = defineError('RGW_CALLER_GONE', 499, {
  reason: 'The request was aborted because the caller disconnected.',
  remedy: 'Repeat the request.',
  stack: false,
  remedyInMessage: false,
})

/** An error with the name of its rule, which the response and the event show. */
export interface ErrorWithRule {
  rule: string
}

export function withRule<E extends Error>(error: E, rule: string): E & ErrorWithRule {
  return Object.assign(error, { rule })
}

export interface DenialDetails extends Explanation {
  readonly rule: string
  readonly source: string
  /** The permission that the call needs, if a policy denied the call. */
  readonly permission?: string
  /** SHA-256 of the policy document, hex. */
  readonly policy: string
}

/** The message ends with the rule. @param shownRule the rule as the message shows it, if that differs from `rule` */
export function denialError(
  DenialClass: ReturnType<typeof errorType>,
  denial: DenialDetails,
  shownRule = denial.rule,
): Error & ErrorWithRule {
  return withDenial(new DenialClass(denial.reason, `${denial.remedy} (rule ${shownRule})`), denial)
}

/** For a request that does not match the schema of its endpoint, or breaks a rule that a schema cannot express. */
export function invalid(reason: string, remedy: string): Error {
  return new InvalidRequest(reason, remedy, { rule: 'schema' })
}

/** For a request that the endpoint itself denies, because it needs another permission with these parameters. */
export function noPermission(reason: string, remedy: string, { hash }: { readonly hash: string }): Error {
  return denialError(NotAllowed, { rule: 'no-permission', source: 'bindings', reason, remedy, policy: hash })
}

export function withDenial<E extends Error>(
  error: E,
  { rule, source, permission, reason, remedy, policy }: DenialDetails,
): E & ErrorWithRule {
  const denial = { rule, source, ...(permission !== undefined && { permission }), reason, remedy, policy }
  return withRule(Object.assign(error, { denial }), rule)
}

export function denialOf(error: unknown): DenialDetails | null {
  return error instanceof Error && 'denial' in error ? (error.denial as DenialDetails) : null
}

export const ruleOf = (error: unknown) => textField(error, 'rule')
/** The account of a denied credential; null: unknown. */
export const accountOf = (error: unknown) => textField(error, 'account')
/** Details of an error for the operator. The caller does not get them. */
export const detailOf = (error: unknown) => textField(error, 'detail')

/** The step-up that would allow the request. */
export function stepUpOf(error: unknown): { readonly id: string; readonly page: string } | null {
  return error instanceof Error && 'stepUp' in error ? (error.stepUp as { id: string; page: string }) : null
}

/** The users of an ambiguous email address. */
export function usersOf(error: unknown): ReturnType<typeof ambiguousUser>['users'] | null {
  return error instanceof AmbiguousUser && 'users' in error ? (error as ReturnType<typeof ambiguousUser>).users : null
}
