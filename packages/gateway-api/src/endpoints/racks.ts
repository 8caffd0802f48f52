import { type EndpointTable, everyKind } from '../endpoint.ts'
import { RackStatuses, RackStatusQuery } from '../schemas/racks.ts'

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
  },
} as const satisfies EndpointTable
