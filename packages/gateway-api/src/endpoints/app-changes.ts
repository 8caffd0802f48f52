import { AppChange, AppChangesQuery, LastChanges, LastChangesQuery } from '../schemas/app-changes.ts'
import { pageOf } from '../schemas/common.ts'
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
} as const satisfies EndpointTable
