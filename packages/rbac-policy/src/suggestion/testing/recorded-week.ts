import type { RecordedCall } from '../../simulation/recorded-call.ts'

/** A call of the week, with the facts that its event does not have. */
export interface WeekCall {
  readonly recorded: RecordedCall
  /** Whether the process was the caller's own run. */
  readonly own: boolean
  readonly mistake: boolean
}

export interface Person {
  readonly id: string
  readonly name: string
  readonly job: 'developer' | 'lead' | 'operator' | 'support' | 'admin'
}

export interface RecordedWeek {
  readonly people: readonly Person[]
  readonly calls: readonly WeekCall[]
}

export const racks = ['staging', 'production'] as const
export const apps = ['web', 'api', 'worker', 'billing'] as const

const jobs = [
  ...Array<Person['job']>(12).fill('developer'),
  ...Array<Person['job']>(6).fill('lead'),
  ...Array<Person['job']>(4).fill('operator'),
  ...Array<Person['job']>(6).fill('support'),
  ...Array<Person['job']>(2).fill('admin'),
]

export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

type Principal = RecordedCall['principal']
type Details = Partial<RecordedCall> & { readonly own?: boolean; readonly mistake?: boolean }

/** A week of 30 people and one pipeline on two racks, from the requests that the stock CLI makes. */
export function recordedWeek(seed: number): RecordedWeek {
  const random = createRandom(seed)
  const people = jobs.map((job, at) => ({ id: uuidOf(at + 1), name: `person${at + 1}@example.com`, job }))
  const calls: WeekCall[] = []
  const start = Date.parse('2026-11-23T08:00:00Z')
  let serial = 0

  function actor(principal: Principal, day: number) {
    let at = start + day * 86_400_000 + random(28_000) * 1_000
    const send = (rack: string, route: string, path: string, details: Details = {}) => {
      const { own = false, mistake = false, ...rest } = details
      serial += 1
      at += 500 + random(2_000)
      const app = /^\/apps\/([^/]+)/.exec(path)?.[1]
      const recorded = {
        at: new Date(at).toISOString(),
        id: `event-${serial}`,
        principal,
        rack,
        ...(app !== undefined && { app }),
        route,
        path,
        status: 200,
        decision: { effect: 'allow', rule: 'observe-mode' },
        ...rest,
      }
      calls.push({ recorded, own, mistake })
    }
    const names = { query: [], form: [], headers: [] }

    function look(rack: string, app: string): void {
      send(rack, 'GET /apps', '/apps')
      send(rack, 'GET /apps/{app}/processes', `/apps/${app}/processes`)
      send(rack, 'WS /apps/{app}/logs', `/apps/${app}/logs`, { status: 101 })
      send(rack, 'GET /apps/{app}/releases', `/apps/${app}/releases`)
    }

    function promote(rack: string, app: string): void {
      send(rack, 'GET /apps/{app}', `/apps/${app}`)
      send(rack, 'POST /apps/{app}/releases/{id}/promote', `/apps/${app}/releases/RABCDEFGHIJ/promote`, {
        parameters: { ...names, form: ['force'] },
      })
      send(rack, 'WS /apps/{app}/logs', `/apps/${app}/logs`, { status: 101 })
      send(rack, 'GET /apps/{app}', `/apps/${app}`)
    }

    function deploy(rack: string, app: string): void {
      send(rack, 'GET /system', '/system')
      send(rack, 'POST /apps/{app}/objects/{key:.*}', `/apps/${app}/objects/tmp/${serial}.tgz`)
      send(rack, 'POST /apps/{app}/builds', `/apps/${app}/builds`, { parameters: { ...names, form: ['url'] } })
      send(rack, 'WS /apps/{app}/builds/{id}/logs', `/apps/${app}/builds/BABCDEFGHIJ/logs`, { status: 101 })
      send(rack, 'GET /apps/{app}/builds/{id}', `/apps/${app}/builds/BABCDEFGHIJ`)
      promote(rack, app)
    }

    function setEnvironment(rack: string, app: string, key: string): void {
      send(rack, 'GET /apps/{app}/releases', `/apps/${app}/releases`, { parameters: { ...names, query: ['limit'] } })
      send(rack, 'GET /apps/{app}/releases/{id}', `/apps/${app}/releases/RABCDEFGHIJ`)
      send(rack, 'GET /system', '/system')
      send(rack, 'POST /apps/{app}/releases', `/apps/${app}/releases`, {
        parameters: { ...names, form: ['env'] },
        environment: [key],
      })
      promote(rack, app)
    }

    /** `convox run`: a sleeping process, and an exec in it. */
    function run(rack: string, app: string, words: string, details: Details = {}): void {
      const pid = `command-${serial}-x`
      const route = 'POST /apps/{app}/services/{service}/processes'
      const { mistake = false } = details
      send(rack, route, `/apps/${app}/services/command/processes`, {
        service: 'command',
        command: ['sleep', '3600'],
        parameters: { ...names, headers: ['command'] },
        mistake,
      })
      send(rack, 'GET /apps/{app}/processes/{pid}', `/apps/${app}/processes/${pid}`, { process: pid })
      send(rack, 'WS /apps/{app}/processes/{pid}/exec', `/apps/${app}/processes/${pid}/exec`, {
        process: pid,
        service: 'command',
        command: words.split(' '),
        parameters: { ...names, headers: ['command'] },
        status: 101,
        own: true,
        ...details,
      })
      send(rack, 'DELETE /apps/{app}/processes/{pid}', `/apps/${app}/processes/${pid}`, {
        process: pid,
        service: 'command',
        own: true,
      })
    }

    function runDetached(rack: string, app: string, words: string): void {
      send(rack, 'POST /apps/{app}/services/{service}/processes', `/apps/${app}/services/command/processes`, {
        service: 'command',
        command: words.split(' '),
        parameters: { ...names, headers: ['command'] },
      })
    }

    function exec(rack: string, app: string, words: string): void {
      send(rack, 'WS /apps/{app}/processes/{pid}/exec', `/apps/${app}/processes/web/exec`, {
        process: 'web',
        service: 'web',
        command: words.split(' '),
        parameters: { ...names, headers: ['command'] },
        status: 101,
      })
    }

    return { send, look, promote, deploy, setEnvironment, run, runDetached, exec }
  }

  for (const [index, person] of people.entries()) {
    const principal = { kind: 'user', id: person.id, name: person.name, roles: ['viewer'] }
    const own = [apps[index % 3] ?? 'web', apps[(index + 1) % 3] ?? 'api']
    for (let day = 0; day < 5; day++) {
      const act = actor(principal, day)
      const app = own[random(2)] ?? 'web'
      act.look('staging', app)
      if (person.job === 'developer' || person.job === 'lead') {
        act.deploy('staging', app)
        act.run('staging', app, 'rake db:migrate')
      }
      if (person.job === 'developer' && day === 1) act.setEnvironment('staging', app, 'FEATURE_FLAG')
      if (person.job === 'lead') {
        act.promote('production', app)
        if (day < 2) act.run('production', app, 'rails console')
        if (day === 3) act.setEnvironment('production', app, 'STRIPE_SECRET_KEY')
      }
      if (person.job === 'operator') {
        act.send('production', 'PUT /apps/{app}/services/{service}', `/apps/${app}/services/web`, {
          parameters: { query: [], form: ['count'], headers: [] },
        })
        act.send('production', 'GET /apps/{app}/services', `/apps/${app}/services`)
        act.send('production', 'POST /apps/{app}/services/{service}/restart', `/apps/${app}/services/web/restart`)
        act.send('production', 'DELETE /apps/{app}/processes/{pid}', `/apps/${app}/processes/web-${day}`, {
          process: `web-${day}`,
          service: 'web',
        })
        if (day === 2) act.exec('production', app, 'cat /proc/meminfo')
      }
      if (person.job === 'support') act.run('production', 'web', `rake users:export ${100 + random(10_000)}`)
      if (person.job === 'admin' && day === 0) {
        act.send('staging', 'POST /apps', '/apps', { parameters: { query: [], form: ['name'], headers: [] } })
        act.send('staging', 'GET /apps/{app}', '/apps/scratch')
        act.send('staging', 'DELETE /apps/{app}', '/apps/scratch')
        act.send('staging', 'GET /apps/{app}', '/apps/scratch', { status: 404 })
        act.send('staging', 'GET /instances', '/instances')
      }
      if (day === 4 && index % 5 === 0) mistakesOf(act)
    }
  }
  const owner = { kind: 'service-account', id: uuidOf(900), name: 'deploys' }
  const pipeline = { kind: 'api-token', id: uuidOf(901), name: 'token:ci (deploys)', owner, roles: ['ci'] }
  for (let day = 0; day < 5; day++) {
    for (const rack of racks) {
      const act = actor(pipeline, day)
      act.deploy(rack, 'web')
      act.runDetached(rack, 'web', 'bin/pre_release')
    }
  }
  return { people, calls }
}

function mistakesOf(act: {
  send(rack: string, route: string, path: string, details?: Details): void
  run(rack: string, app: string, words: string, details?: Details): void
}): void {
  act.send('staging', 'GET /apps/{app}', '/apps/wbe', { status: 404, mistake: true })
  act.send('staging', 'DELETE /apps/{app}', '/apps/wbe', { status: 404, mistake: true })
  act.run('staging', 'billing', 'env API_TOKEN=[hidden] rake sync', { hidden: ['command'], mistake: true })
  act.send('staging', 'PUT /system', '/system', {
    decision: { effect: 'deny', rule: 'blocked:PUT /system' },
    mistake: true,
  })
}

/** A linear congruential generator. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return function random(limit) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
