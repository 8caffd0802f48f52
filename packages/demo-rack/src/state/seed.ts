import { type Clock, goTime } from '../determinism/clock.ts'
import { newId, type Random } from '../determinism/random.ts'
import type { Build, Release } from './app.ts'
import { newInstance } from './instances.ts'
import { createLogLines, logLine } from './logs.ts'
import { addServices, newApp } from './new-app.ts'
import type { RackState } from './rack.ts'

const hour = 3_600_000

const manifest = `environment:
  - DATABASE_URL
  - SECRET_KEY_BASE
resources:
  database:
    type: postgres
services:
  web:
    build: .
    port: 3000
  worker:
    build: .
    command: bin/worker
  command:
    build: .
    command: sleep infinity
    scale: 0
`

/** The state of the recorded rack: two running apps with history and secrets. */
export function seedRack(options: { name: string; token: string; clock: Clock; random: Random }): RackState {
  const { name, token, clock, random } = options
  const bootedAt = clock.now()
  const rack: RackState = {
    token,
    clock,
    random,
    bootedAt,
    system: {
      count: 3,
      domain: `${name}.convox.test`,
      name,
      parameters: { docker_hub_password: 'hubsecret', idle_timeout: '3600', node_type: 't3.small', telemetry: 'false' },
      provider: 'aws',
      'rack-domain': `api.${name}.convox.test`,
      'router-internal': '',
      region: 'us-east-1',
      status: 'running',
      type: 't3.small',
      version: '3.24.9',
    },
    apps: new Map(),
    registries: [{ server: 'registry.example.test', username: 'robot', password: 'regsecret' }],
    certificates: [
      {
        id: 'cert-1',
        domain: '*.example.test',
        domains: ['*.example.test'],
        expiration: goTime(bootedAt + 60 * 24 * hour, random.below(1_000_000)),
        status: 'Ready',
        origin: 'uploaded',
      },
    ],
    letsEncrypt: { role: '', solvers: [] },
    instances: [1, 2, 3].map((number) => newInstance(number, bootedAt - 72 * hour)),
    instancesStarted: 3,
    resources: new Map(),
    events: [],
    logs: createLogLines(),
  }
  rack.logs.append(logLine(clock, 'system/api', `Booting ${name}`))
  for (const app of ['myapp', 'otherapp']) seedApp(rack, app)
  return rack
}

function seedApp(rack: RackState, name: string): void {
  const old = seedBuild(rack, name, 1, -49 * hour)
  const current = seedBuild(rack, name, 2, -48 * hour)
  const app = newApp(rack, name, `${name}.${rack.system.domain}`)
  app.app.parameters = { BuildCpu: '250' }
  app.app.release = current.release.id
  app.builds.push(current.build, old.build)
  app.releases.push(current.release, old.release)
  for (const { build } of [current, old]) {
    const log = createLogLines()
    log.append('Build complete\n')
    log.finish()
    app.buildLogs.set(build.id, log)
  }
  app.logs.append(logLine(rack.clock, 'service/web/boot', `Booting ${name}`))
  rack.apps.set(name, app)
  addServices(rack, app)
}

function seedBuild(rack: RackState, app: string, number: number, age: number): { build: Build; release: Release } {
  const ids = { build: newId.build(rack.random), release: newId.release(rack.random) }
  const at = (offset: number) => goTime(rack.bootedAt + age + offset, rack.random.below(1_000_000))
  const build: Build = {
    id: ids.build,
    app,
    description: `build ${number}`,
    entrypoint: '',
    'git-sha': 'a'.repeat(40),
    logs: '',
    manifest,
    process: '',
    release: ids.release,
    reason: '',
    repository: `registry.${rack.system.domain}/${app}`,
    status: 'complete',
    started: at(0),
    ended: at(90_000),
  }
  const env = `DATABASE_URL=postgres://u:p@db/app\nPLAIN=value\nRAILS_ENV=production\nSECRET_KEY_BASE=s3cr3t-${app}`
  const release = {
    id: ids.release,
    app,
    build: ids.build,
    env,
    manifest,
    description: build.description,
    created: at(hour),
  }
  return { build, release }
}
