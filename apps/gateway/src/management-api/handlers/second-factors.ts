import type { Handlers } from '../call.ts'

function missing(): never {
  throw new Error('not built yet')
}

export const secondFactorHandlers: Handlers<
  | 'listSecondFactors'
  | 'secondFactorSettings'
  | 'beginEnrollment'
  | 'addSecondFactor'
  | 'renameSecondFactor'
  | 'removeSecondFactor'
  | 'backupCodeStatus'
  | 'createBackupCodes'
  | 'resetSecondFactors'
> = {
  listSecondFactors: missing,
  secondFactorSettings: missing,
  beginEnrollment: missing,
  addSecondFactor: missing,
  renameSecondFactor: missing,
  removeSecondFactor: missing,
  backupCodeStatus: missing,
  createBackupCodes: missing,
  resetSecondFactors: missing,
}
