export { definePolicy } from './define-policy.ts'
export type {
  CallContext,
  EvaluationResult,
  Objection,
  PackageCall,
  PackageLog,
  PackagePrincipal,
  PolicyDefinition,
  PolicyPackage,
  RouteContext,
} from './types.ts'
