import { Me, Versions } from '../schemas/me.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const meEndpoints = {
  me: {
    method: 'GET',
    path: '/me',
    summary: 'Shows the caller and the racks on which they have a role.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    response: Me,
  },
  versions: {
    method: 'GET',
    path: '/version',
    summary: 'Shows the version of the gateway and the CLI versions that it supports.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    response: Versions,
  },
} as const satisfies EndpointTable
