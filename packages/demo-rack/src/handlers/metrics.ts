import type { Call } from '../calls/call.ts'
import { goTime } from '../determinism/clock.ts'
import { RackError } from '../errors/rack-error.ts'
import { findService } from '../state/app.ts'
import { findApp } from '../state/rack.ts'
import { readTime } from '../state/times.ts'
import type { RackResponse } from '../wire/response.ts'
import { json } from '../wire/responses.ts'

const names = ['cpu-utilization', 'memory-utilization']
const maxValues = 1000
const hour = 3_600_000

export function appMetrics(call: Call): RackResponse {
  findApp(call.rack, call.variables.app)
  return json(metricsOf(call))
}

export function serviceMetrics(call: Call): RackResponse {
  findService(findApp(call.rack, call.variables.app), call.variables.service)
  return json(metricsOf(call))
}

export function metricsByService(call: Call): RackResponse {
  findApp(call.rack, call.variables.app)
  const services = list(call.parameters.services)
  return json(services.map((name) => ({ name, metrics: metricsOf(call) })))
}

export function systemMetrics(call: Call): RackResponse {
  return json(metricsOf(call))
}

function metricsOf({ rack, parameters }: Call) {
  const end = parameters.end ? readTime(parameters.end) : rack.clock.now()
  const start = parameters.start ? readTime(parameters.start) : end - hour
  const period = Number(parameters.period || 300) * 1000
  if (!(period > 0 && (end - start) / period <= maxValues)) throw new RackError(400, 'invalid period')
  const requestedNames = list(parameters.metrics)
  return (requestedNames.length === 0 ? names : requestedNames).map((name) => ({
    name,
    values: valuesOf(start, end, period),
  }))
}

/** The same wave of load each day, for charts. */
function valuesOf(start: number, end: number, period: number) {
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / period)) }, (_, index) => {
    const time = start + index * period
    const avg = Math.round(50 + 40 * Math.sin((2 * Math.PI * time) / (24 * hour)))
    return { avg, count: 1, max: avg + 5, min: avg - 5, sum: avg, time: goTime(time) }
  })
}

function list(csv = ''): string[] {
  return csv.split(',').filter((part) => part !== '')
}
