export {
  type AskedCall,
  type AskedParameter,
  type CallToProve,
  type Coverage,
  type CoveredCall,
  coverageFor,
  type ParameterKind,
  type PlannedDetails,
  parameterKinds,
} from './coverage.ts'
export { type FreshProof, type UsedProof, unknownAddress } from './proofs.ts'
export type { Proved } from './proving.ts'
export type { RedeemedProof } from './redeeming.ts'
export type { StepUpCaller } from './step-up-caller.ts'
export { createStepUps, type StepUps } from './step-ups.ts'
export type { AskedStepUp } from './stored-step-ups.ts'
