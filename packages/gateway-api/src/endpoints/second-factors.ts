import { filteredPageQuery, pageOf } from '../schemas/common.ts'
import * as schemas from '../schemas/second-factors.ts'
import { type EndpointTable, usersOnly } from './endpoint.ts'

const own = { permission: 'gateway:self:write', scope: 'self', principalKinds: usersOnly } as const

export const secondFactorEndpoints = {
  listSecondFactors: {
    method: 'GET',
    path: '/second-factors',
    summary: 'Lists your second factors. With the permission gateway:user:write, lists the factors of all users.',
    permission: 'gateway:self:read',
    scope: 'self',
    permissionForOthers: 'gateway:user:write',
    principalKinds: usersOnly,
    query: filteredPageQuery('user', '`me`, or the ID of a user'),
    response: pageOf(schemas.SecondFactor),
  },
  secondFactorSettings: {
    method: 'GET',
    path: '/second-factors/settings',
    summary: 'Shows whether passkeys can be used, and whether the policy requires a second factor of the caller.',
    permission: 'gateway:self:read',
    scope: 'self',
    stepUp: 'never',
    principalKinds: usersOnly,
    response: schemas.FactorSettings,
  },
  beginEnrollment: {
    method: 'POST',
    path: '/second-factors/enrollments',
    summary: 'Begins to add a second factor.',
    description:
      'The first factor needs a login in this browser that is at most five minutes old. Each further factor needs a proof with a passkey, or with any factor in a browser with such a login.',
    ...own,
    stepUp: 'factor',
    body: schemas.EnrollmentRequest,
    status: 201,
    response: schemas.Enrollment,
  },
  addSecondFactor: {
    method: 'POST',
    path: '/second-factors',
    summary: 'Adds the second factor of an enrollment.',
    description: 'An enrollment is valid for five minutes, once, in the session that began it.',
    ...own,
    stepUp: 'never',
    body: schemas.NewFactorRequest,
    status: 201,
    response: schemas.NewFactor,
  },
  renameSecondFactor: {
    method: 'POST',
    path: '/second-factors/{id}/name',
    summary: 'Renames one of your second factors.',
    description:
      'Needs a proof with a passkey, or with any factor in a browser whose login is at most five minutes old.',
    ...own,
    stepUp: 'factor',
    body: schemas.FactorNameRequest,
    response: schemas.SecondFactor,
  },
  removeSecondFactor: {
    method: 'DELETE',
    path: '/second-factors/{id}',
    summary: 'Removes one of your second factors.',
    description:
      'The proofs with this factor end. With the last factor, the backup codes are removed, too, and your other sessions end. Needs a proof with a passkey, or with any factor in a browser whose login is at most five minutes old.',
    ...own,
    stepUp: 'factor',
    response: schemas.SecondFactor,
  },
  backupCodeStatus: {
    method: 'GET',
    path: '/second-factors/backup-codes',
    summary: 'Shows how many of your backup codes are left.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: usersOnly,
    response: schemas.BackupCodeStatus,
  },
  createBackupCodes: {
    method: 'POST',
    path: '/second-factors/backup-codes',
    summary: 'Creates ten new backup codes, and ends the previous ones.',
    description:
      'Needs a proof with a passkey, or with any factor in a browser whose login is at most five minutes old.',
    ...own,
    stepUp: 'factor',
    status: 201,
    response: schemas.NewBackupCodes,
  },
  resetSecondFactors: {
    method: 'POST',
    path: '/users/{id}/second-factors/reset',
    summary: 'Removes all second factors and backup codes of another user, who can then add new ones.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    principalKinds: usersOnly,
    action: 'reset the second factors of a user',
    description:
      'All sessions of the user end. You need a second factor of your own, and you must be able to grant every role of the user.',
    stepUp: 'management',
    requiresSecondFactor: true,
    body: schemas.FactorResetRequest,
    response: schemas.FactorReset,
  },
} as const satisfies EndpointTable
