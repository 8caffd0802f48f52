export { type BlockedOperation, builtInBlocked } from './blocked.ts'
export { builtInPolicy, documentHash, type PolicyDocument } from './document.ts'
export { InvalidPolicy } from './errors.ts'
export { onePermissionEach } from './grants.ts'
export { contains, isPattern } from './may-give.ts'
export { type PermissionEntry, permissions } from './permissions.ts'
export { compilePolicy } from './policy.ts'
export type { PolicyOptions } from './refusals.ts'
export { requiredPermissions } from './required-permissions.ts'
export { builtInRoles } from './roles.ts'
export type {
  Binding,
  Decision,
  Job,
  Permission,
  Policy,
  Principal,
  PrincipalKind,
  ProcessSubject,
  RackCall,
  Role,
  WantedGrant,
} from './types.ts'
