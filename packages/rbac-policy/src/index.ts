export { actorName } from './actor-name.ts'
export { contains, isPattern } from './can-grant.ts'
export type { Condition } from './condition.ts'
export { toDecisionJson } from './decision-json.ts'
export { InvalidPolicy } from './errors.ts'
export { individualPermissionsRole } from './grants.ts'
export { isLocalHost } from './local-host.ts'
export { type GrantedDecision, narrowDecision, stricterOf } from './narrow-decision.ts'
export { compileNetworks, readNetwork } from './networks.ts'
export { expandPermission } from './permission-patterns.ts'
export { type PermissionEntry, permissionDescriptions, permissions } from './permissions.ts'
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
} from './planned-decision.ts'
export type { Policy } from './policy.ts'
export { compileForDecisions, compilePolicy, type PolicyDecider } from './policy.ts'
export type { Role } from './policy-document.ts'
export {
  type BlockedOperation,
  documentHash,
  type PolicyDocument,
  type PolicyRule,
  type StepUpRule,
  type TokenRule,
  type TokenTerms,
} from './policy-document.ts'
export type { PolicyOptions } from './proxy.ts'
export {
  commandWords,
  type RecordedSessionKind,
  type RecordingRule,
  recordedSessions,
  type SessionSubject,
  sessionOf,
} from './recordings.ts'
export { requiredPermissions } from './required-permissions.ts'
export { rackUpdateRoute } from './scenarios.ts'
export type { StepUpDecision } from './step-up.ts'
export type { Enrollment, ManagementCall } from './step-up-decision.ts'
export { describeLevel, isStricter } from './step-up-level.ts'
export type { Day, TimeWindow } from './time-window.ts'
export { type TokenLimit, tokenLimit } from './token-terms.ts'
export type {
  Allowed,
  Binding,
  Decision,
  DecisionBase,
  GrantDenial,
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
  WantedGrant,
} from './types.ts'
export { issuerName, readUserName, userName } from './user-name.ts'
export { type EnvironmentVisibility, type Visibility, visibilityOf } from './visibility.ts'
