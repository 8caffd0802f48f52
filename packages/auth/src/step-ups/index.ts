export {
  type AskedCall,
  type CallToProve,
  type Coverage,
  type CoveredCall,
  coverageFor,
} from './coverage.ts'
export {
  type AskedStepUp,
  createStepUps,
  type FreshProof,
  type Proved,
  type RedeemedProof,
  type StepUpCaller,
  type StepUps,
  type UsedProof,
} from './step-ups.ts'
