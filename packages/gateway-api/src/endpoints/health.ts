import { type EndpointTable, everyKind } from '../endpoint.ts'
import { Health } from '../schemas/health.ts'
import { RackStatusQuery } from '../schemas/racks.ts'

export const healthEndpoints = {
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
  },
} as const satisfies EndpointTable
