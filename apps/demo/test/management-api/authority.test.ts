import { endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { writeStepUpPolicy } from '../step-up/policy.ts'
import { startLoginSystem } from '../support/login.ts'
import { type System, startSystem } from '../support/system.ts'
import { person } from './callers.ts'
import { type Pipelines, startPipelines } from './pipelines.ts'

/** A role that manages all access, and can do nothing else. */
const policy = `version: 1
roles:
  people:
    extends: [viewer]
    permissions: ["gateway:*"]
`

let system: System
let pipelines: Pipelines
let manager: Awaited<ReturnType<typeof person>>
let admin: Awaited<ReturnType<typeof person>>
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', policyFile: writeStepUpPolicy(policy) })
  pipelines = await startPipelines(system)
  manager = await person(system, 'people')
  admin = await person(system, 'admin')
})
afterAll(async () => {
  await pipelines?.stop()
  await system?.stop()
})

type Request = readonly [method: string, path: string, body?: unknown]
const day = 86_400_000
let made = 0

const send = (token: string, [method, path, body]: Request) => callManagementApi(system, token, method, path, body)
const bindingOf = async (subject: string) =>
  ((await send(admin.token, ['GET', `/bindings?subject=${subject}`])).json as { items: { id: string }[] }).items[0]?.id

async function serviceAccount(role: string) {
  const name = `account-${++made}`
  await system.issuer.createServiceAccount({ name, binding: { role } })
  const owner = { kind: 'service-account', name } as const
  const { id: token } = await system.issuer.issueApiToken({ name: 'x', owner, role, expiresAt: Date.now() + day })
  const [row] = await system.sql<{ id: string }[]>`select id from gateway.service_accounts where name = ${name}`
  return { id: row?.id ?? '', token }
}

/** What takes something from somebody with a role, by the name of the operation. */
const taking: Readonly<Record<string, (role: string) => Promise<Request>>> = {
  removeBinding: async (role) => ['DELETE', `/bindings/${await bindingOf((await person(system, role)).id)}`],
  lockUser: async (role) => ['POST', `/users/${(await person(system, role)).id}/lock`, { reason: 'x' }],
  unlockUser: async (role) => ['POST', `/users/${(await person(system, role)).id}/unlock`],
  endSession: async (role) => ['DELETE', `/sessions/${(await person(system, role)).session}`],
  endSessionsOfUser: async (role) => ['POST', `/users/${(await person(system, role)).id}/sessions/end`],
  disableServiceAccount: async (role) => ['POST', `/service-accounts/${(await serviceAccount(role)).id}/disable`],
  enableServiceAccount: async (role) => ['POST', `/service-accounts/${(await serviceAccount(role)).id}/enable`],
  revokeToken: async (role) => ['DELETE', `/tokens/${(await serviceAccount(role)).token}`],
  rotateToken: async (role) => ['POST', `/tokens/${(await serviceAccount(role)).token}/rotate`, {}],
  revokeTrust: async (role) => ['DELETE', `/trusts/${(await pipelines.job(role)).trust}`],
  endWorkloadSession: async (role) => ['DELETE', `/workload-sessions/${(await pipelines.job(role)).id}`],
}

/**
 * Operations that take no access (they end a call, or one's own proof), and those that need more than this system has: a
 * second factor (`second-factors.test.ts`), and a login with a browser.
 */
const others = ['endLiveCall', 'endRecording', 'endStepUp', 'resetSecondFactors', 'revokeInvitation']

test('all operations that revoke something are in one of both lists', () => {
  const revoking = Object.entries<(typeof endpoints)[keyof typeof endpoints]>(endpoints).flatMap(([name, endpoint]) =>
    isPrincipalEndpoint(endpoint) && 'isRevocation' in endpoint && endpoint.isRevocation ? [name] : [],
  )
  expect(revoking.filter((name) => !(name in taking) && !others.includes(name))).toEqual([])
})

const stronger = { status: 403, json: { code: 'RGW_STRONGER_THAN_YOURSELF', rule: 'stronger-than-yourself' } }

describe.each(Object.entries(taking))('%s', (_, of) => {
  test('needs the roles of the principal, and changes nothing without them', async () => {
    const request = await of('admin')
    const before = await system.sql`select count(*) from audit.events where kind not in ('call')`
    const refused = await send(manager.token, request)
    expect(refused).toMatchObject(stronger)
    const last = await system.lastEvent()
    expect(last).toMatchObject({ kind: 'call', decision: { effect: 'deny', rule: 'stronger-than-yourself' } })
    expect(await system.sql`select count(*) from audit.events where kind not in ('call')`).toEqual(before)
    const done = await send(admin.token, request)
    expect([done.status, done.body]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.any(String)])
  })

  test('is possible for somebody with the same roles', async () => {
    const done = await send(manager.token, await of('viewer'))
    expect([done.status, done.body]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.any(String)])
  })
})

test('the last administrator is one who can log in with today’s configuration', async () => {
  const at = await startLoginSystem()
  onTestFinished(() => at.stop())
  // An administrator of the server's command, who cannot log in.
  const local = await person(at.system, 'admin')
  const { email } = await person(at.system, 'admin')
  await at.system.sql`update gateway.users set issuer = ${at.idp.issuer} where email = ${email}`
  const [user] = await at.system.sql<{ id: string }[]>`select id from gateway.users where email = ${email}`
  const lock = (id = '') =>
    callManagementApi(at.system, local.token, 'POST', `/users/${id}/lock`, { reason: 'the laptop was lost' })
  const refused = await lock(user?.id)
  expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
  const other = await person(at.system, 'admin')
  expect((await lock(user?.id)).status).toBe(409)
  await at.system.sql`update gateway.users set issuer = ${at.idp.issuer} where id = ${other.id}`
  expect((await lock(user?.id)).status).toBe(200)
})
