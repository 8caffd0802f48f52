import { type Endpoint, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { writeStepUpPolicy } from '../../step-up/policy.ts'
import type { System } from '../../support/gateway/system.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'
import { createUser, credential } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

/** A role that manages all access, and can do nothing else. */
const policy = `version: 1
roles:
  people:
    extends: [viewer]
    permissions: ["gateway:*"]
`

let at: LoginSystem
let system: System
let pipelines: Pipelines
let manager: Awaited<ReturnType<typeof createUser>>
let admin: Awaited<ReturnType<typeof createUser>>
beforeAll(async () => {
  at = await startLoginSystem({}, { policyFile: writeStepUpPolicy(policy) })
  system = at.system
  pipelines = await startPipelines(system)
  manager = await createUser(system, 'people')
  admin = await createUser(system, 'admin')
})
afterAll(async () => {
  await pipelines?.stop()
  await at?.stop()
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

async function invitation(role: string) {
  const invited = { email: `invited-${++made}@example.com`, bindings: [{ role }] }
  return (await send(admin.token, ['POST', '/invitations', invited])).text('id')
}

/** Changes of the access of a principal with a role, by the name of the operation. */
const revocations: Readonly<Record<string, (role: string) => Promise<Request>>> = {
  removeBinding: async (role) => ['DELETE', `/bindings/${await bindingOf((await createUser(system, role)).id)}`],
  lockUser: async (role) => ['POST', `/users/${(await createUser(system, role)).id}/lock`, { reason: 'x' }],
  unlockUser: async (role) => ['POST', `/users/${(await createUser(system, role)).id}/unlock`],
  endSession: async (role) => ['DELETE', `/sessions/${(await createUser(system, role)).session}`],
  endSessionsOfUser: async (role) => ['POST', `/users/${(await createUser(system, role)).id}/sessions/end`],
  disableServiceAccount: async (role) => ['POST', `/service-accounts/${(await serviceAccount(role)).id}/disable`],
  enableServiceAccount: async (role) => ['POST', `/service-accounts/${(await serviceAccount(role)).id}/enable`],
  revokeToken: async (role) => ['DELETE', `/tokens/${(await serviceAccount(role)).token}`],
  rotateToken: async (role) => ['POST', `/tokens/${(await serviceAccount(role)).token}/rotate`, {}],
  handOverToken: async (role) => {
    const owner = { kind: 'user', id: manager.id }
    return ['POST', `/tokens/${(await serviceAccount(role)).token}/owner`, { owner }]
  },
  revokeTrust: async (role) => ['DELETE', `/trusts/${(await pipelines.job(role)).trust}`],
  endWorkloadSession: async (role) => ['DELETE', `/workload-sessions/${(await pipelines.job(role)).id}`],
  revokeInvitation: async (role) => ['DELETE', `/invitations/${await invitation(role)}`],
}

/** `e2e/requests` tests them: a revocation needs no permission that the grant gives. */
const accessRequests = ['approveAccessRequest', 'denyAccessRequest', 'cancelAccessRequest', 'revokeGrant'] as const

/** Needs a proof of a second factor, so `second-factors.test.ts` tests it. */
const testedElsewhere = ['resetSecondFactors', ...accessRequests]

/** Operations that do not reduce the access of another principal. */
const otherOperations: Readonly<Record<string, readonly string[]>> = {
  'reads, with a body': [
    'inspectUpload',
    'testTrusts',
    'decide',
    'checkPolicy',
    'studyPolicy',
    'suggestPolicy',
    'previewAccessRequest',
  ],
  'adds something': [
    'createServiceAccount',
    'createInvitation',
    'createBinding',
    'createToken',
    'createTrust',
    'createAccessRequest',
  ],
  'is for the own session': ['renewSession', 'createConvoxSession', 'createStepUp', 'beginPasskeyProof'],
  'is for the own step-up': ['proveStepUp', 'redeemStepUp', 'endStepUp'],
  'is for the own factors': ['beginEnrollment', 'addSecondFactor', 'renameSecondFactor', 'removeSecondFactor'],
  'is for the own codes': ['createBackupCodes'],
  'records something': ['reportStoppedCall', 'acknowledgeAlarm'],
  'ends one call, which its principal can repeat': ['endLiveCall', 'endRecording'],
}

test('each operation that changes something is in one of the lists', () => {
  const listed = [...Object.keys(revocations), ...testedElsewhere, ...Object.values(otherOperations).flat()]
  const changing = Object.entries<Endpoint>(endpoints).flatMap(([name, endpoint]) =>
    isPrincipalEndpoint(endpoint) && endpoint.method !== 'GET' ? [name] : [],
  )
  expect(listed.toSorted()).toEqual(changing.toSorted())
})

const stronger = { status: 403, json: { code: 'RGW_INSUFFICIENT_AUTHORITY', rule: 'insufficient-authority' } }

describe.each(Object.entries(revocations))('%s', (_, of) => {
  test('needs the roles of the principal, and changes nothing without them', async () => {
    const request = await of('admin')
    const before = await system.sql`select count(*) from audit.events where kind not in ('call')`
    const refused = await send(manager.token, request)
    expect(refused).toMatchObject(stronger)
    const last = await system.lastEvent()
    expect(last).toMatchObject({ kind: 'call', decision: { effect: 'deny', rule: 'insufficient-authority' } })
    expect(await system.sql`select count(*) from audit.events where kind not in ('call')`).toEqual(before)
    const done = await send(admin.token, request)
    expect([done.status, done.body]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.any(String)])
  })

  test('is allowed with the same roles', async () => {
    const done = await send(manager.token, await of('viewer'))
    expect([done.status, done.body]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.any(String)])
  })
})

describe('a role that manages access', () => {
  const lock = (token: string, id: string) => send(token, ['POST', `/users/${id}/lock`, { reason: 'left the company' }])

  test('ends its own session, and removes its own binding', async () => {
    const own = await createUser(system, 'people')
    expect((await send(own.token, ['DELETE', `/bindings/${await bindingOf(own.id)}`])).status).toBe(200)
    expect((await send(own.token, ['DELETE', `/sessions/${own.session}`])).status).toBe(200)
  })

  test('names what the caller lacks', async () => {
    expect((await lock(manager.token, admin.id)).json).toMatchObject({
      error:
        'You cannot change the access of this user, because you do not have the role admin on all racks and apps. Ask an administrator who has these permissions.',
    })
  })

  test('does not reach beyond its racks, nor members of a group', async () => {
    const other = await createUser(system, 'viewer')
    await system.issuer.addBinding({ kind: 'group', id: 'oncall' }, { role: 'deployer', racks: 'staging' })
    await system.sql`update gateway.users set groups = '{oncall}' where id = ${other.id}`
    expect(await lock(manager.token, other.id)).toMatchObject(stronger)
    await system.issuer.addBinding({ kind: 'user', id: manager.id }, { role: 'deployer', racks: 'production' })
    expect(await lock(manager.token, other.id)).toMatchObject(stronger)
    await system.issuer.addBinding({ kind: 'user', id: manager.id }, { role: 'deployer', racks: 'stag*' })
    await expect.poll(async () => (await lock(manager.token, other.id)).status).toBe(200)
  })

  test.each(['session', 'token of a user', 'token of a service account', 'job'] as const)(
    'works for a %s',
    async (kind) => {
      const credentialOf = async (role: string) =>
        kind === 'job' ? (await pipelines.job(role)).token : credential(system, role, kind)
      const [weak, strong] = [await createUser(system, 'viewer'), await createUser(system, 'admin')]
      const token = await credentialOf('people')
      expect((await lock(token, weak.id)).status).toBe(200)
      expect(await lock(token, strong.id)).toMatchObject(stronger)
      expect((await lock(await credentialOf('admin'), strong.id)).status).toBe(200)
    },
  )
})

test('the last administrator is one who can log in with today’s configuration', async () => {
  const at = await startLoginSystem()
  onTestFinished(() => at.stop())
  // An administrator of the server's command, who cannot log in.
  const local = await createUser(at.system, 'admin')
  const [last, other] = [await createUser(at.system, 'admin'), await createUser(at.system, 'admin')]
  const moveTo = (id: string, issuer: string, domain: string) =>
    at.system.sql`update gateway.users set issuer = ${issuer}, email = ${`${id}@${domain}`} where id = ${id}`
  const lock = (id: string) =>
    callManagementApi(at.system, local.token, 'POST', `/users/${id}/lock`, { reason: 'the laptop was lost' })
  await moveTo(last.id, at.idp.issuer, 'example.com')
  const refused = await lock(last.id)
  expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_LAST_ADMIN'])
  await moveTo(other.id, 'https://previous.example.com', 'example.com')
  expect((await lock(last.id)).status).toBe(409)
  await moveTo(other.id, at.idp.issuer, 'sold.example')
  expect((await lock(last.id)).status).toBe(409)
  await moveTo(other.id, at.idp.issuer, 'example.com')
  expect((await lock(last.id)).status).toBe(200)
  expect((await lock(other.id)).status).toBe(409)
})
