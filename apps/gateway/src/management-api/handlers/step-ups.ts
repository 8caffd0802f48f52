import type { Handlers } from '../call.ts'

function missing(): never {
  throw new Error('not built yet')
}

export const stepUpHandlers: Handlers<
  'createStepUp' | 'getStepUp' | 'beginPasskeyProof' | 'proveStepUp' | 'redeemStepUp' | 'endStepUp'
> = {
  createStepUp: missing,
  getStepUp: missing,
  beginPasskeyProof: missing,
  proveStepUp: missing,
  redeemStepUp: missing,
  endStepUp: missing,
}
