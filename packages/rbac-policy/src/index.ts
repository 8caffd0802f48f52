export { actorName } from './actor-name.ts'
export { expandPermission } from './compiled-role.ts'
export type { Condition } from './condition.ts'
export { InvalidPolicy } from './errors.ts'
export { onePermissionEach } from './grants.ts'
export { isLocalHost } from './local-host.ts'
export { contains, isPattern } from './may-give.ts'
export { compileNetworks, readNetwork } from './networks.ts'
export { type PermissionEntry, permissionDescriptions, permissions } from './permissions.ts'
export {
  decidePlanned,
  isCertainlyRefused,
  type JudgedWorld,
  judgePlanned,
  narrowPlanned,
  type PlannedDecision,
  type PlannedQuestion,
  parametersDecision,
} from './planned-decision.ts'
export { rackRoute } from './planned-worlds.ts'
export { compileAgain, compilePolicy, type Judging } from './policy.ts'
export { type BlockedOperation, documentHash, type PolicyDocument, type PolicyRule } from './policy-document.ts'
export {
  askedCommand,
  type RecordedSessionKind,
  type RecordingRule,
  recordedSessions,
  type SessionSubject,
  sessionOf,
} from './recordings.ts'
export type { PolicyOptions } from './refusals.ts'
export { requiredPermissions } from './required-permissions.ts'
export { type EnvironmentSight, type Sight, sightOf } from './sight.ts'
export type { Day, TimeWindow } from './time-window.ts'
export { type TokenLimit, type TokenRule, type TokenTerms, tokenLimit } from './token-terms.ts'
export type {
  Allowed,
  Binding,
  Decision,
  Job,
  Judged,
  Moment,
  Permission,
  Place,
  Policy,
  Principal,
  PrincipalKind,
  ProcessSubject,
  RackCall,
  Role,
  WantedGrant,
  Withheld,
} from './types.ts'
export { issuerName, readUserName, userName } from './user-name.ts'
