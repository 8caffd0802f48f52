import { defineError, defineErrorWithText, type ExplainedErrorClass, type Explanation } from '@rack-gateway/errors'

/** An error of the gateway: its code and status. Its text comes from where it is thrown. Without a stack, so that many of them stay cheap. */
const sentence = (code: string, status: number) => defineErrorWithText(code, status, { stack: false })

export const NotCanonical = sentence('RGW_NOT_CANONICAL', 400)
export const BadFrame = sentence('RGW_BAD_FRAME', 400)
export const Misdirected = sentence('RGW_MISDIRECTED', 421)
export const BrowserCall = sentence('RGW_BROWSER_CALL', 403)
export const AmbiguousParameters = sentence('RGW_AMBIGUOUS_PARAMETERS', 400)
export const InvalidParameter = sentence('RGW_INVALID_PARAMETER', 400)
export const BodyTooLarge = sentence('RGW_BODY_TOO_LARGE', 413)
export const NothingHere = sentence('RGW_NOT_FOUND', 404)
export const UnknownRoute = sentence('RGW_UNKNOWN_ROUTE', 404)
export const NotPermitted = sentence('RGW_NOT_PERMITTED', 403)
export const StepUpNeeded = sentence('RGW_STEP_UP_NEEDED', 403)
export const ApprovalNeeded = sentence('RGW_APPROVAL_NEEDED', 403)
export const StrongerThanYourself = sentence('RGW_STRONGER_THAN_YOURSELF', 403)
export const TooManyRequests = sentence('RGW_TOO_MANY_REQUESTS', 429)
export const TooManyCalls = sentence('RGW_TOO_MANY_CALLS', 503)
export const InvalidRequest = sentence('RGW_INVALID_REQUEST', 400)
export const NoSuchRelease = sentence('RGW_NO_SUCH_RELEASE', 404)
export const UnmaskableAnswer = sentence('RGW_UNMASKABLE_ANSWER', 502)
export const UpstreamRedirect = sentence('RGW_UPSTREAM_REDIRECT', 502)
export const UpstreamUnclear = sentence('RGW_UPSTREAM_UNCLEAR', 502)
export const ChangeUnclear = sentence('RGW_CHANGE_UNCLEAR', 502)
export const PackagesTooSlow = sentence('RGW_PACKAGES_TOO_SLOW', 503)
export const OutcomeNotRecorded = sentence('RGW_OUTCOME_NOT_RECORDED', 503)
export const NotSignedYet = sentence('RGW_NOT_SIGNED_YET', 409)
export const RecordingRemoved = sentence('RGW_RECORDING_REMOVED', 410)
export const NoAlarm = sentence('RGW_NO_ALARM', 409)
export const RecordingOver = sentence('RGW_RECORDING_OVER', 409)
export const CannotListen = sentence('RGW_CANNOT_LISTEN', 500)

export const NobodyWaits = defineError(
  'RGW_NOBODY_WAITS',
  'the caller had gone before the session could be renewed, so it was not: its token stays as it is\nrenew it again',
  499,
  { stack: false, reasonOnly: true },
)

/** An error with the name of its rule, which the response and the event show. */
export interface Ruled {
  rule: string
}

export function withRule<E extends Error>(error: E, rule: string): E & Ruled {
  return Object.assign(error, { rule })
}

/** A denial as the response and the event show it. */
export interface DenialDetails extends Explanation {
  readonly rule: string
  readonly source: string
  /** SHA-256 of the policy document, hex. */
  readonly policy: string
}

/** The error of a denial. Its sentence ends with the rule. @param named the rule's name in the sentence. Default: the rule */
export function denialError(
  DenialClass: ExplainedErrorClass<[reason: string, next: string]>,
  { rule, source, reason, remedy, policy }: DenialDetails,
  named = rule,
): Error & Ruled {
  return withDenial(new DenialClass(reason, `${remedy} (rule ${named})`), { rule, source, reason, remedy, policy })
}

export function withDenial<E extends Error>(
  error: E,
  { rule, source, reason, remedy, policy }: DenialDetails,
): E & Ruled {
  return withRule(Object.assign(error, { denial: { rule, source, reason, remedy, policy } }), rule)
}

export function denialOf(error: unknown): DenialDetails | null {
  return error instanceof Error && 'denial' in error ? (error.denial as DenialDetails) : null
}

export function ruleOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('rule' in error)) return null
  return typeof error.rule === 'string' ? error.rule : null
}

/** The account of a denied credential; null: unknown. */
export function accountOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('account' in error)) return null
  return typeof error.account === 'string' ? error.account : null
}

/** Details of an error for the operator. The caller does not get them. */
export function detailOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('detail' in error)) return null
  return typeof error.detail === 'string' ? error.detail : null
}
