import { Health } from '../schemas/health.ts'
import { RackActivity, RackStatuses, RackStatusQuery } from '../schemas/racks.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const rackEndpoints = {
  listRackStatuses: {
    method: 'GET',
    path: '/rack-statuses',
    summary: 'Shows whether each rack that the caller can use answers the gateway.',
    description:
      'The gateway itself asks each rack, at most once in 15 seconds, and waits at most 5 seconds. These requests are not audit events. To show quick racks before slow ones, pass a short `wait`. If `waitingFor` is not empty, repeat the request without `wait`.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    query: RackStatusQuery,
    response: RackStatuses,
    compress: true,
  },
  getRackActivity: {
    method: 'GET',
    path: '/rack-activity',
    summary:
      'Counts the requests and denials of the last hour, and the live calls, of each rack that the caller can use.',
    description:
      'Counts the requests of everyone for a caller with a role on all apps of the rack, the denials of everyone for a caller with `gateway:audit:read`, and the live calls of everyone for a caller with `gateway:live-call:read`. For other callers, it counts only their own. The read is not recorded.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: everyKind,
    response: RackActivity,
  },
  getHealth: {
    method: 'GET',
    path: '/health',
    summary:
      'Shows the health of the gateway: its checks, racks, database, identity provider, sinks, stores, and configuration.',
    description:
      'The response describes the process that answers, and contains no secrets. `wait` limits how long the gateway waits for the racks, as in `GET /rack-statuses`.',
    permission: 'gateway:health:read',
    scope: 'gateway',
    principalKinds: everyKind,
    query: RackStatusQuery,
    response: Health,
    compress: true,
  },
} as const satisfies EndpointTable
