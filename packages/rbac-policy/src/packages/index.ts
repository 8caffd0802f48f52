export { definePolicy } from './define-policy.ts'
export type {
  CallContext,
  Objection,
  PackageCall,
  PackageLog,
  PackagePrincipal,
  PolicyDefinition,
  PolicyPackage,
  RouteContext,
  Verdict,
} from './types.ts'
