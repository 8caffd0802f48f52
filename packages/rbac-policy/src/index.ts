export { contains, isPattern } from './compiled-policy/can-grant.ts'
export { individualPermissionsRole } from './compiled-policy/compiled-bindings.ts'
export type { Condition } from './conditions/condition.ts'
export { compileNetworks, readNetwork } from './conditions/networks.ts'
export type { Day, TimeWindow } from './conditions/time-window.ts'
export { isLocalHost } from './decision/local-host.ts'
export { narrowDecision, stricterOf } from './decision/narrow-decision.ts'
export { isOnlyObserved } from './decision/observe-mode.ts'
export type { PolicyOptions } from './decision/proxy.ts'
export { requireLiveGrant } from './decision/require-live-grant.ts'
export type { Enrollment, ManagementCall } from './decision/step-up-decision.ts'
export { InvalidPolicy } from './errors/errors.ts'
export { actorName } from './model/actor-name.ts'
export { toDecisionJson } from './model/decision-json.ts'
export type {
  Allowed,
  Binding,
  DecidingGrant,
  Decision,
  DecisionBase,
  Grant,
  GrantedDecision,
  GrantingDenial,
  Job,
  Moment,
  Permission,
  PolicyScope,
  Principal,
  PrincipalKind,
  ProcessSubject,
  RackCall,
  Requirement,
  StepUpLevel,
  WantedBinding,
  WouldBe,
} from './model/types.ts'
export { issuerName, readUserName, userName } from './model/user-name.ts'
export { expandPermission } from './permissions/permission-patterns.ts'
export { type PermissionEntry, permissionDescriptions, permissions } from './permissions/permissions.ts'
export { requiredPermissions } from './permissions/required-permissions.ts'
export {
  decidePlanned,
  type EvaluatedScenario,
  evaluatePlanned,
  evaluateScenarios,
  isAlwaysDenied,
  narrowPlanned,
  type PlannedDecision,
  type PlannedQuestion,
  parametersDecision,
} from './policy/planned-decision.ts'
export type { Policy } from './policy/policy.ts'
export { compileForDecisions, compilePolicy, type PolicyDecider } from './policy/policy.ts'
export { rackUpdateRoute } from './policy/scenarios.ts'
export { type EnvironmentVisibility, type Visibility, visibilityOf } from './policy/visibility.ts'
export type { Role } from './policy-document/policy-document.ts'
export {
  type BlockedOperation,
  documentHash,
  type PolicyDocument,
  type PolicyRule,
  type RequestRule,
  type RequestSubject,
  type StepUpRule,
  type TokenRule,
  type TokenTerms,
} from './policy-document/policy-document.ts'
export {
  commandWords,
  type RecordedSessionKind,
  type RecordingRule,
  recordedSessions,
  type SessionSubject,
  sessionOf,
} from './policy-document/recordings.ts'
export { type TokenLimit, tokenLimit } from './policy-document/token-terms.ts'
export type { RequestedScope } from './requests/asker.ts'
export { type RequestCommandTerms, requestCommand } from './requests/request-command.ts'
export {
  type RequestPerson,
  type RequestReviewer,
  type ReviewerBinding,
  type ReviewerCandidate,
  reviewersFor,
} from './requests/reviewers.ts'
export type { StepUpDecision } from './step-up/step-up.ts'
export { describeLevel, isStricter } from './step-up/step-up-level.ts'
