import { expect, test } from 'vitest'
import * as readers from './readers.ts'

// Each response was recorded from the server of convox 3.24.9.

test('an app', () => {
  const recorded = {
    generation: '3',
    locked: false,
    name: 'myapp',
    release: 'RPTWVDFSETG',
    router: 'myapp.rack1.convox.test',
    status: 'running',
    parameters: { BuildCpu: '250' },
  }
  expect(readers.readApps([recorded])).toEqual([
    {
      name: 'myapp',
      release: 'RPTWVDFSETG',
      status: 'running',
      generation: '3',
      router: 'myapp.rack1.convox.test',
      isLocked: false,
      parameters: { BuildCpu: '250' },
    },
  ])
})

test('services, with and without ports', () => {
  const common = { count: 2, cpu: 250, gpu: 0, 'gpu-vendor': '', memory: 512, nlb: null }
  const recorded = [
    { ...common, domain: 'worker.test', name: 'worker', ports: null },
    { ...common, domain: 'web.test', name: 'web', ports: [{ balancer: 443, certificate: 'cert-1', container: 3000 }] },
  ]
  const read = { count: 2, cpu: 250, memory: 512 }
  expect(readers.readServices(recorded)).toEqual([
    { ...read, name: 'worker', domain: 'worker.test', ports: [] },
    { ...read, name: 'web', domain: 'web.test', ports: [{ balancer: 443, container: 3000 }] },
  ])
})

test('processes; older racks send the service only in the field name', () => {
  const recorded = {
    id: 'web-3ks9bivoi-sarri',
    app: 'myapp',
    command: '',
    cpu: 10,
    gpu: 0,
    host: '10.1.0.1',
    image: 'registry/myapp',
    instance: 'ip-10-1-0-1.internal',
    memory: 128,
    name: 'web',
    ports: [],
    release: 'RPTWVDFSETG',
    started: '2026-11-24T22:57:49.219951873Z',
    status: 'running',
  }
  expect(readers.readProcesses([recorded])).toEqual([
    {
      id: 'web-3ks9bivoi-sarri',
      app: 'myapp',
      service: 'web',
      command: '',
      cpu: 10,
      memory: 128,
      instance: 'ip-10-1-0-1.internal',
      release: 'RPTWVDFSETG',
      started: '2026-11-24T22:57:49.219951873Z',
      status: 'running',
    },
  ])
  expect(readers.readProcesses([{ ...recorded, name: 'x', service: 'web' }])).toMatchObject([{ service: 'web' }])
})

test('a build that runs has no end', () => {
  const recorded = {
    id: 'BAVFEXNQGOB',
    app: 'myapp',
    description: 'my build',
    entrypoint: '',
    'git-sha': 'abc',
    logs: '',
    manifest: 'services: {}\n',
    process: '',
    release: '',
    reason: '',
    repository: 'registry.test/myapp',
    status: 'running',
    started: '2026-11-24T22:59:00.636809273Z',
    ended: '0001-01-01T00:00:00Z',
  }
  const { entrypoint, process, 'git-sha': gitSha, ...read } = recorded
  expect(readers.readBuilds([recorded])).toEqual([{ ...read, gitSha, ended: null }])
})

test('a release', () => {
  const recorded = {
    id: 'RPTWVDFSETG',
    app: 'myapp',
    build: 'BVAQHUUDZRD',
    env: 'PLAIN=value',
    manifest: 'services: {}\n',
    description: 'build 2',
    created: '2026-11-22T23:57:49.219945334Z',
  }
  expect(readers.readReleases([recorded])).toEqual([recorded])
})

test('resources, configs, and instances', () => {
  const resource = { name: 'database', status: 'running', type: 'postgres', url: 'postgres://db' }
  expect(readers.readResources([resource])).toEqual([resource])
  expect(readers.readConfigs([{ name: 'a', value: 'b' }])).toEqual([{ name: 'a', value: 'b' }])
  expect(
    readers.readInstances([{ id: 'ip-1', cpu: 0.25, 'cpu-allocatable': 1.9, memory: 900, 'memory-allocatable': 3500 }]),
  ).toMatchObject([{ id: 'ip-1', cpu: 0.25, cpuAllocatable: 1.9, memory: 900, memoryAllocatable: 3500, started: null }])
})

test('an empty list can be null', () => {
  expect(readers.readApps(null)).toEqual([])
})

test('fields that only describe something can be missing, or have another form', () => {
  const read = readers.readApp({ name: 'web', release: 7, status: null, locked: 'yes', parameters: { A: 1, B: 'b' } })
  expect(read).toMatchObject({ release: '', status: '', isLocked: false, parameters: { B: 'b' } })
  expect(readers.readServices([{ name: 'web', count: 'many', cpu: Number.NaN, ports: 'x' }])).toMatchObject([
    { count: 0, cpu: 0, ports: [] },
  ])
  expect(readers.readProcesses([{ id: 'p', started: 'yesterday' }])).toMatchObject([{ started: null }])
})

const all = Object.entries(readers) as [string, (response: unknown) => unknown][]
const garbage = [undefined, 7, 'text', true, {}, [[]], [{}], [null], { id: {}, name: [] }, { __proto__: null }]

test.each(all)('%s refuses what a rack does not send', (_, read) => {
  for (const response of garbage) expect(() => read(response)).toThrow()
})
