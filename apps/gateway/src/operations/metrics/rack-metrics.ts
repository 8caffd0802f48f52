import type { FastifyInstance } from 'fastify'
import { durationBounds } from '../../rack-api/contacts/call-counts.ts'
import type { RackCondition } from '../../rack-api/contacts/rack-contacts.ts'
import type { Metric, Sample } from './metric.ts'

export const rackMetrics: readonly Metric[] = [
  {
    type: 'counter',
    name: 'rack_gateway_calls_total',
    unit: 'count',
    help: 'Calls of authenticated callers to a rack, also denied ones, by the status of the response',
    labels: ['rack', 'kind', 'status'],
    read: ({ app }) =>
      app.callCounts.calls().map(({ rack, kind, status, count }) => ({ labels: { rack, kind, status }, value: count })),
  },
  {
    type: 'histogram',
    name: 'rack_gateway_call_duration_seconds',
    unit: 'seconds',
    help: 'Time until the end of the response to a call, or until a WebSocket is open',
    labels: ['rack', 'kind'],
    bounds: durationBounds,
    read: ({ app }) =>
      app.callCounts.durations().map(({ rack, kind, ...rest }) => ({ labels: { rack, kind }, ...rest })),
  },
  {
    type: 'gauge',
    name: 'rack_gateway_rack_reachable',
    unit: '0 or 1',
    help: '1 if the rack answered the last request of the gateway, with any status',
    labels: ['rack'],
    read: ({ app }) =>
      byRack(app, ({ isReachable }) => isReachable).flatMap(([rack, value]) =>
        value === null ? [] : [{ labels: { rack }, value: Number(value) }],
      ),
  },
  {
    type: 'gauge',
    name: 'rack_gateway_rack_rejects_gateway',
    unit: '0 or 1',
    help: "1 while the rack rejects the gateway's password",
    labels: ['rack'],
    read: ({ app }) => samplesByRack(app, ({ rejectedSince }) => Number(rejectedSince !== null)),
  },
  {
    type: 'counter',
    name: 'rack_gateway_rack_rejections_total',
    unit: 'count',
    help: "Requests of the gateway to the rack that the rack rejected because of the gateway's password",
    labels: ['rack'],
    read: ({ app }) => samplesByRack(app, ({ rejections }) => rejections),
  },
]

function byRack<T>({ racks, rackContacts }: FastifyInstance, read: (condition: RackCondition) => T): [string, T][] {
  return racks.names.map((rack) => [rack, read(rackContacts.of(rack))])
}

function samplesByRack(app: FastifyInstance, read: (condition: RackCondition) => number): Sample[] {
  return byRack(app, read).map(([rack, value]) => ({ labels: { rack }, value }))
}
