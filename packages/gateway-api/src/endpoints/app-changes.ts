import { AppChange, AppChangesQuery, LastChanges, LastChangesQuery } from '../schemas/app-changes.ts'
import { EventPageQuery, pageOf } from '../schemas/common.ts'
import { OwnApps, OwnChange } from '../schemas/own-apps.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const appChangeEndpoints = {
  getLastChanges: {
    method: 'GET',
    path: '/last-changes',
    summary:
      'Shows who made the last successful change of each app, who created its builds and releases, and who promoted them.',
    description:
      'Searches the last year, and for releases and builds the newest 2,000 changes of the app. For an app that you cannot see, the response has no changes.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    query: LastChangesQuery,
    response: LastChanges,
  },
  listAppChanges: {
    method: 'GET',
    path: '/app-changes',
    summary: 'Lists the successful changes of an app, newest first.',
    description: 'For an app that you cannot see, the response has no changes.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    query: AppChangesQuery,
    response: pageOf(AppChange),
    compress: true,
  },
  listOwnChanges: {
    method: 'GET',
    path: '/own-changes',
    summary: 'Lists your own successful changes of racks and apps, newest first.',
    description:
      'A token that is valid for one rack lists only the changes of that rack. Changes by your API tokens are not yours.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    query: EventPageQuery,
    response: pageOf(OwnChange),
    compress: true,
  },
  listOwnApps: {
    method: 'GET',
    path: '/own-apps',
    summary: 'Lists the apps that you changed, can change, or can see, and who promoted a release of each last.',
    description:
      'Reads the audit log, and calls no rack, so an app that was never changed through the gateway is missing. Contains only apps that you can see.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    response: OwnApps,
  },
} as const satisfies EndpointTable
