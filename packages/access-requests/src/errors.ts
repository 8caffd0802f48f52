import { defineError } from '@rack-gateway/errors'

/** The states of an access request that it never leaves. */
export const RequestOver = defineError<[outcome: string]>('RGW_REQUEST_OVER', 409, {
  reason: 'The access request %s.',
  remedy: 'Nothing was changed. If access is still needed, ask again with a new access request.',
})
export const RequestDecided = defineError<[outcome: string]>('RGW_REQUEST_DECIDED', 409, {
  reason: 'The access request %s.',
  remedy: 'Nothing was changed. To take the access away, revoke the grant.',
})
export const RequestPending = defineError('RGW_REQUEST_PENDING', 409, {
  reason: 'The access request is not approved yet, so it has no grant.',
  remedy: 'Deny or cancel the access request instead.',
})
export const GrantNotStarted = defineError<[start: string]>('RGW_GRANT_NOT_STARTED', 409, {
  reason: 'The grant starts at %s.',
  remedy: 'Try again from then on.',
})
export const AlreadyReviewed = defineError('RGW_ALREADY_REVIEWED', 409, {
  reason: 'You have already approved this access request, and each review must be by another person.',
  remedy: 'Nothing was changed. Wait for the other reviews.',
})
export const OwnRequest = defineError('RGW_OWN_REQUEST', 403, {
  reason: 'You cannot review your own access request, not even with another account.',
  remedy: 'Ask one of its reviewers.',
})
export const NotRequester = defineError('RGW_NOT_REQUESTER', 403, {
  reason: 'Only the user who asked can cancel an access request.',
  remedy: 'As a reviewer, deny it instead.',
})
export const RequestRuleChanged = defineError<[rule: string, role: string]>('RGW_REQUEST_RULE_CHANGED', 409, {
  reason: 'The request rule %s no longer lets users ask for the role %s.',
  remedy: 'Nothing was changed. Deny the access request, and ask for a new one.',
})
export const TooManyOpenRequests = defineError<[maximum: number]>('RGW_TOO_MANY_OPEN_REQUESTS', 409, {
  reason: 'You already have %d open access requests and grants, which is the limit.',
  remedy: 'Cancel or revoke one first.',
})
export const StartTooLate = defineError('RGW_START_TOO_LATE', 400, {
  reason: 'The start is more than 7 days from now.',
  remedy: 'Choose an earlier start, or ask later.',
})
export const CannotExtend = defineError<[why: string]>('RGW_CANNOT_EXTEND', 409, {
  reason: 'The grant cannot be extended: %s.',
  remedy: 'Ask for a new grant, without the ID of this one.',
})
export const ApprovalTooWide = defineError<[what: string]>('RGW_APPROVAL_TOO_WIDE', 400, {
  reason: 'A reviewer can grant less than was asked for, but not more: %s.',
  remedy: 'Choose a part of the requested access, or leave it out to grant what was asked for.',
})
export const NothingGranted = defineError<[why: string]>('RGW_NOTHING_GRANTED', 409, {
  reason: 'Together with the request, its rule, and the earlier reviews, this approval would grant nothing: %s.',
  remedy: 'Grant a part that the earlier reviews also grant, or deny the access request.',
})
