export { cancelRequest, revokeGrant, startGrant } from './change-request.ts'
export { answerBy, createRequest, type NewRequest, type RequestTerms } from './create-request.ts'
export * from './errors.ts'
export { type Candidate, type CandidateBinding, findCandidates } from './find-candidates.ts'
export {
  type AccessRequestFilter,
  type AccessRequestRow,
  createRequestLists,
  type RequestLists,
  type ReviewRow,
} from './request-lists.ts'
export { type Approval, type Review, reviewRequest } from './review-request.ts'
export { finalStates, type Transition, transitions } from './states.ts'
export { createSweep, type Sweep, type SweepOptions } from './sweep.ts'
export { type GrantTerms, intersectTerms } from './terms.ts'
