import { SetupSteps } from '../schemas/setup-steps.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const setupEndpoints = {
  getSetupSteps: {
    method: 'GET',
    path: '/setup-steps',
    summary: 'Shows which steps of a new installation are done.',
    permission: 'gateway:user:write',
    additionalPermission: 'gateway:trust:write',
    scope: 'gateway',
    action: 'see the steps of a new installation',
    principalKinds: everyKind,
    response: SetupSteps,
  },
} as const satisfies EndpointTable
