import type { AppState, Service } from './app.ts'
import { createLogLines } from './logs.ts'
import { scaleService } from './processes.ts'
import type { RackState } from './rack.ts'

/**
 * An app before its first release.
 *
 * @param router the host name of the app; empty for an app that a request creates
 */
export function newApp(rack: RackState, name: string, router: string): AppState {
  const { domain, name: rackName } = rack.system
  const url = `postgres://app:respass@resource-database.${rackName}-${name}.svc.cluster.local:5432/app`
  const ports = [{ protocol: 'tcp', source: 3000, target: 3000 }]
  return {
    app: { generation: '3', locked: false, name, release: '', router, status: 'running', parameters: {} },
    services: [],
    processes: new Map(),
    releases: [],
    builds: [],
    buildLogs: new Map(),
    archives: new Map(),
    resources: [{ name: 'database', status: 'running', type: 'postgres', url }],
    data: new Map(),
    configs: new Map(),
    budget: null,
    balancers: [{ name: 'main', endpoint: `lb.${domain}`, ports, service: 'web' }],
    logs: createLogLines(),
    objects: new Map(),
    files: new Map(),
  }
}

/** Adds the services that all apps have, with their replicas, when the first release rolls out. */
export function addServices(rack: RackState, app: AppState): void {
  for (const [name, count] of [
    ['command', 0],
    ['web', 2],
    ['worker', 1],
  ] as const) {
    app.services.push(newService(rack, app, name, count))
    scaleService(rack, app, name)
  }
}

function newService(rack: RackState, { app }: AppState, name: string, count: number): Service {
  return {
    count,
    cpu: 250,
    domain: `${name}.${app.name}.${rack.system.domain}`,
    gpu: 0,
    'gpu-vendor': '',
    memory: 512,
    name,
    nlb: null,
    ports: name === 'web' ? [{ balancer: 443, certificate: 'cert-1', container: 3000 }] : null,
  }
}
