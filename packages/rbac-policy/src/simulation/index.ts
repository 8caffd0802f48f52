export { diffPolicies, type PolicyChange } from './policy-diff.ts'
export { type ImpactChange, type ImpactStudy, type PolicyImpact, studyImpact } from './policy-impact.ts'
export type { RecordedCall } from './recorded-call.ts'
