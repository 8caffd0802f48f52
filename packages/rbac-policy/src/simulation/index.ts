export type { CurrentAccess, CurrentBinding } from './current-access.ts'
export { diffPolicies, type PolicyChange } from './policy-diff.ts'
export {
  type ImpactChange,
  type ImpactStudy,
  type PolicyImpact,
  type StepUpImpact,
  studyImpact,
} from './policy-impact.ts'
export type { PromptCount } from './prompt-counter.ts'
export type { RecordedCall } from './recorded-call.ts'
export { studyWouldBe, type WouldBe, type WouldBeRow, type WouldBeStudy } from './would-be.ts'
