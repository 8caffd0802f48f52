export type { AuditEvent } from '@rack-gateway/audit/events'
export { GrantedAccess } from './access.ts'
export {
  AccessRequest,
  AccessRequestDetails,
  type AccessRequestPreview,
  type AccessRequestState,
  type AccessRequestTerms,
  accessRequestStates,
  type RequestOption,
} from './access-requests.ts'
export { ReviewedBinding } from './access-review.ts'
export { AppChange, LastChanges } from './app-changes.ts'
export { Alarm, AlarmList, type CheckpointStatus, LoggedEvent } from './audit.ts'
export { Binding, type BindingRequest, BindingSummary } from './bindings.ts'
export { PageQuery } from './common.ts'
export { Connection, maxConnectionWait, maxDiscardedBody } from './connection.ts'
export { ErrorResponse } from './errors.ts'
export { Health } from './health.ts'
export { Invitation, type InvitationRequest } from './invitations.ts'
export { LiveCall, type LiveCallKind } from './live-calls.ts'
export { Me, type PrincipalKind, type Versions } from './me.ts'
export { Notices } from './notices.ts'
export { OwnApp, OwnApps, OwnChange } from './own-apps.ts'
export {
  type DecideRequest,
  Decisions,
  Impact,
  type ImpactChange,
  PolicyCheck,
  PolicyMatrix,
  type RequestedCall,
  Suggestion,
  WouldBe,
} from './policy.ts'
export { RackActivity, RackStatus, RackStatuses } from './racks.ts'
export { Recording } from './recordings.ts'
export { Enrollment, NewFactor, SecondFactor } from './second-factors.ts'
export { EndedSessions, type NewSession, type RenewedSession, Session } from './sessions.ts'
export { maxPlannedValue, type Proof, type RedeemedProof, StepUp } from './step-ups.ts'
export { HandedOverToken, NewToken, Token, type TokenRequest } from './tokens.ts'
export {
  type TemplateOf,
  Trust,
  TrustCondition,
  TrustRequest,
  type TrustTemplate,
  TrustTest,
  type TrustTestRequest,
} from './trusts.ts'
export { Group, LockedUser, ServiceAccount, User } from './users.ts'
export type { NewWorkloadSession } from './workload-sessions.ts'
