import { randomUUID } from 'node:crypto'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

/**
 * Many changes by one caller, at two replicas, and one removal of that caller by an administrator. A change is recorded
 * before it is committed, so its events tell which changes succeeded, whatever order their responses arrive in.
 */
let system: System
let pipelines: Pipelines
let replica: Awaited<ReturnType<System['replica']>>
let boss: Awaited<ReturnType<typeof createUser>>
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own' })
  replica = await system.replica()
  pipelines = await startPipelines(system)
  boss = await createUser(system, 'admin')
})
afterAll(async () => {
  await pipelines.stop()
  await replica.stop()
  await system.stop()
})

/** Its address is not that of PUBLIC_URL. */
const atReplica = () => ({ url: replica.url, host: new URL(system.url).host })

interface Caller {
  readonly principal: string
  readonly token: string
  readonly removals: Readonly<Record<string, readonly [method: string, path: string, body?: unknown]>>
}

type Request = readonly [method: string, path: string, body?: unknown]

const count = 60
let made = 0
const numbered = (what: string) => `${what}-${++made}`

async function admin(): Promise<Caller> {
  const { id, session, token } = await createUser(system, 'admin')
  const { items } = (await call(system, boss.token, 'GET', `/bindings?subject=${id}`)).json as {
    items: { id: string }[]
  }
  return {
    principal: id,
    token,
    removals: {
      'its binding is removed': ['DELETE', `/bindings/${items[0]?.id}`],
      'its user is locked': ['POST', `/users/${id}/lock`, { reason: 'gone' }],
      'its session is ended': ['DELETE', `/sessions/${session}`],
    },
  }
}

async function adminToken(): Promise<Caller> {
  const owner = await createUser(system, 'admin')
  const created = await call(system, owner.token, 'POST', '/tokens', { name: 'robot', role: 'admin' })
  const id = created.text('id')
  return {
    principal: id,
    token: created.text('token'),
    removals: {
      'it is revoked': ['DELETE', `/tokens/${id}`],
      'its binding is removed': ['DELETE', `/bindings/${created.text('bindings.0.id')}`],
      'its owner is locked': ['POST', `/users/${owner.id}/lock`, { reason: 'gone' }],
    },
  }
}

async function adminJob(): Promise<Caller> {
  const { id, token, trust } = await pipelines.job('admin')
  return {
    principal: id,
    token,
    removals: {
      'its session is ended': ['DELETE', `/workload-sessions/${id}`],
      'its trust is revoked': ['DELETE', `/trusts/${trust}`],
    },
  }
}

async function someToken(): Promise<string> {
  const owner = { kind: 'user', email: boss.email } as const
  const expiresAt = Date.now() + 3_600_000
  return (await system.issuer.issueApiToken({ name: 'x', owner, role: 'viewer', expiresAt })).id
}

async function someAccount(): Promise<string> {
  return system.issuer.createServiceAccount({ name: numbered('account') })
}

/** A change of each kind, and what it needs first. */
const users: Readonly<Record<string, (caller: Caller) => Promise<Request>>> = {
  'give bindings': async () => [
    'POST',
    '/bindings',
    { subject: { kind: 'group', id: numbered('friends') }, role: 'admin' },
  ],
  'take bindings away': async () => {
    const id = await system.issuer.addBinding({ kind: 'group', id: numbered('x') }, { role: 'viewer' })
    return ['DELETE', `/bindings/${id}`]
  },
  'make API tokens': async () => ['POST', '/tokens', { name: numbered('t'), role: 'admin' }],
  'make API tokens of service accounts': async () => {
    return ['POST', '/tokens', { name: numbered('t'), role: 'admin', serviceAccount: await someAccount() }]
  },
  'rotate API tokens': async () => {
    const serviceAccount = await someAccount()
    const body = { name: 'x', role: 'viewer', serviceAccount }
    const id = (await call(system, boss.token, 'POST', '/tokens', body)).text('id')
    return ['POST', `/tokens/${id}/rotate`, {}]
  },
  'hand API tokens over': async ({ principal }) => {
    return ['POST', `/tokens/${await someToken()}/owner`, { owner: { kind: 'user', id: principal } }]
  },
  'make service accounts': async () => ['POST', '/service-accounts', { name: numbered('a') }],
  'enable service accounts': async () => {
    const id = await someAccount()
    await call(system, boss.token, 'POST', `/service-accounts/${id}/disable`)
    return ['POST', `/service-accounts/${id}/enable`]
  },
  'make trusts': async () => {
    const conditions = [{ claim: 'repository_id', equals: numbered('repo') }]
    return ['POST', '/trusts', { name: numbered('trust'), issuer: pipelines.issuer.url, conditions, role: 'admin' }]
  },
  'acknowledge alarms': async () => {
    const { id } = await system.app.audit.record({
      kind: 'session.superseded-token',
      detail: { session: randomUUID() },
    })
    return ['POST', `/audit/alarms/${id}/acknowledge`, { reason: 'x' }]
  },
  'unlock users': async () => {
    const { id } = await createUser(system, null)
    await call(system, boss.token, 'POST', `/users/${id}/lock`, { reason: 'x' })
    return ['POST', `/users/${id}/unlock`]
  },
}
const everybody: typeof users = {
  'revoke API tokens': async () => ['DELETE', `/tokens/${await someToken()}`],
  'lock users': async () => ['POST', `/users/${(await createUser(system, null)).id}/lock`, { reason: 'x' }],
  'end sessions': async () => ['DELETE', `/sessions/${(await createUser(system, null)).session}`],
  'end recorded sessions': async () => {
    const id = randomUUID()
    await system.sql`
      insert into gateway.recordings (id, started_at, stream, opened, mode, principal, principal_name, rack, route)
      values (${id}, now(), ${id}, ${id}, 'strict', 'p', 'p', 'staging', 'exec')`
    return ['POST', `/recordings/${id}/end`, { reason: 'x' }]
  },
  'disable service accounts': async () => ['POST', `/service-accounts/${await someAccount()}/disable`],
}

const cases = [
  ['an administrator', admin, { ...users, ...everybody }],
  ['the API token of an administrator', adminToken, everybody],
  ['a job with the role admin', adminJob, everybody],
] as const

async function successesOf({ principal }: Caller): Promise<string[]> {
  const events = await system.events()
  return events
    .filter((event) => event.principal?.id === principal && event.decision?.effect !== 'deny')
    .map(({ kind, id }) => `${kind} ${id}`)
}

/** Sends the changes, alternately to both replicas, and removes their caller when the first one was answered. */
async function race(caller: Caller, requests: readonly Request[], removal: Request) {
  const responses = requests.map(([method, path, body], index) =>
    call(index % 2 === 0 ? system : atReplica(), caller.token, method, path, body),
  )
  await Promise.race(responses)
  const removed = await call(system, boss.token, ...removal)
  const then = await successesOf(caller)
  const statuses = (await Promise.all(responses)).map(({ status }) => status)
  return { removed: removed.status, then, statuses }
}

describe.each(cases)('%s', (_who, start, kinds) => {
  test('makes no change after its removal was answered, whichever removal and whichever change', async () => {
    const { removals } = await start()
    const makers = Object.values(kinds)
    for (const name of Object.keys(removals)) {
      const caller = await start()
      const removal = caller.removals[name]
      if (removal === undefined) throw new Error(`no removal ${name}`)
      const requests: Request[] = []
      for (let index = 0; index < count; index++) {
        const make = makers[index % makers.length]
        if (make) requests.push(await make(caller))
      }
      const { removed, then, statuses } = await race(caller, requests, removal)
      expect([name, removed]).toEqual([name, 200])
      expect([name, statuses.filter((status) => ![200, 201, 401, 403, 404].includes(status))]).toEqual([name, []])
      expect([name, await successesOf(caller)]).toEqual([name, then])
      const late = await Promise.all(
        (await requestsOf(makers, caller)).map(([method, path, body]) =>
          call(atReplica(), caller.token, method, path, body),
        ),
      )
      expect([name, late.filter(({ status }) => status < 400)]).toEqual([name, []])
    }
  })
})

function requestsOf(makers: readonly ((caller: Caller) => Promise<Request>)[], caller: Caller): Promise<Request[]> {
  return Promise.all(makers.map((make) => make(caller)))
}

test('a removed caller is denied at that replica from the response of the removal on', async () => {
  const owner = await createUser(system, 'deployer')
  for (let round = 0; round < 20; round++) {
    const created = await call(system, owner.token, 'POST', '/tokens', { name: numbered('brief'), role: 'viewer' })
    const token = created.text('token')
    expect((await system.get('/apps', token)).status).toBe(200)
    expect((await call(system, owner.token, 'DELETE', `/tokens/${created.text('id')}`)).status).toBe(200)
    expect((await system.get('/apps', token)).status).toBe(401)
  }
})
