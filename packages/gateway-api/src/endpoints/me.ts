import { Me, Versions } from '../schemas/me.ts'
import { Notices } from '../schemas/notices.ts'
import { type EndpointTable, everyKind, usersOnly } from './endpoint.ts'

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
  getNotices: {
    method: 'GET',
    path: '/notices',
    summary: 'Lists a missing second factor, API tokens that expire soon, and pending step-ups of the caller.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: usersOnly,
    response: Notices,
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
