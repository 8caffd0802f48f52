import { PageQuery, pageOf } from '../schemas/common.ts'
import { LiveCall } from '../schemas/live-calls.ts'
import { EndRequest } from '../schemas/recordings.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const liveCallEndpoints = {
  listLiveCalls: {
    method: 'GET',
    path: '/live-calls',
    summary:
      'Lists your open WebSockets and transfers in all gateway processes, newest first. With the permission gateway:live-call:read, lists the calls of all principals.',
    description:
      'A call appears within a second, and is removed within a second of its end. The calls of a gateway process that was killed are removed within 30 s.',
    permission: 'gateway:self:read',
    scope: 'self',
    permissionForOthers: 'gateway:live-call:read',
    principalKinds: everyKind,
    query: PageQuery,
    response: pageOf(LiveCall),
    compress: true,
  },
  endLiveCall: {
    method: 'POST',
    path: '/live-calls/{id}/end',
    summary: 'Ends a live call within a second, in any gateway process.',
    description: 'A WebSocket shows the reason to its participant. The connection of a transfer is closed.',
    permission: 'gateway:self:write',
    scope: 'self',
    permissionForOthers: 'gateway:live-call:end',
    isRevocation: true,
    principalKinds: everyKind,
    body: EndRequest,
    response: LiveCall,
  },
} as const satisfies EndpointTable
