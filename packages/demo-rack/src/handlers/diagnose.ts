import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { AppState, Process } from '../state/app.ts'
import { processesOf } from '../state/processes.ts'
import { findApp, timestamp } from '../state/rack.ts'
import { readTime } from '../state/times.ts'
import type { RackResponse } from '../wire/response.ts'
import { json } from '../wire/responses.ts'

/** The output of `convox deploy-debug`. */
export function diagnoseApp({ rack, variables, parameters }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const checks = list(parameters.checks)
  const services = list(parameters.services)
  const lines = Number.parseInt(parameters.lines ?? '200', 10)
  if (!(lines >= 0)) throw new RackError(400, `invalid lines: ${parameters.lines}`)
  const isSelected = (name: string) => services.length === 0 || services.includes(name)
  const pods = processesOf(app)
    .filter(({ service }) => isSelected(service))
    .map((process) => pod(app, process, { now: rack.clock.now(), lines }))
  const shows = (check: string) => checks.length === 0 || checks.includes(check)
  return json({
    namespace: `${rack.system.name}-${app.app.name}`,
    rack: rack.system.name,
    app: app.app.name,
    timestamp: timestamp(rack),
    ...(shows('overview') ? { overview: overview(app, isSelected, parameters.events !== 'false') } : {}),
    ...(shows('services') ? { pods } : {}),
    summary: { total: pods.length, unhealthy: 0, notReady: 0, new: 0, healthy: pods.length },
  })
}

function overview({ app, services }: AppState, isSelected: (name: string) => boolean, withEvents: boolean) {
  const shown = services.filter(({ name }) => isSelected(name))
  const rows = shown.map(({ name, count }) => ({
    name,
    desiredReplicas: count,
    readyReplicas: count,
    updatedReplicas: count,
    status: app.status === 'updating' ? 'updating' : 'running',
  }))
  return { services: rows, ...(withEvents ? { events: [] } : {}) }
}

function pod(app: AppState, { id, service, started }: Process, { now, lines }: { now: number; lines: number }) {
  const logs = app.logs.lines.filter((line) => line.includes(` service/${service}/`))
  return {
    name: id,
    service,
    phase: 'Running',
    ready: '1/1',
    ageSeconds: Math.floor((now - readTime(started)) / 1000),
    restarts: 0,
    classification: 'healthy',
    logs: logs.slice(Math.max(0, logs.length - lines)).join(''),
  }
}

function list(csv = ''): string[] {
  return csv.split(',').filter((part) => part !== '')
}
