import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'

const day = 86_400_000
const usual = 'version: 1\n'
const strict = `version: 1
tokens:
  maxAge: 30d
  defaultAge: 7d
  rules:
    deploys: { roles: [deployer], maxAge: 2d }
    deletes: { permissions: [app:delete], maxAge: 8h }
`

describe('the policy document limits the lifetime of API tokens', () => {
  let directory: string
  let system: System
  let admin: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'))
    await writeFile(join(directory, 'policy.yaml'), usual)
    system = await startSystem({ policyFile: join(directory, 'policy.yaml') })
    admin = (await createUser(system, 'admin')).token
  })
  afterAll(async () => {
    await system.stop()
    await rm(directory, { recursive: true })
  })
  beforeEach(() => use(strict))

  async function use(text: string): Promise<void> {
    await writeFile(join(directory, 'policy.yaml'), text)
    await system.app.policyFile?.reload()
  }
  const make = (body: object) => call(system, admin, 'POST', '/tokens', { name: 'nightly', ...body })
  const lastsDays = (expiresAt: string) => Math.round((Date.parse(expiresAt) - Date.now()) / (day / 3)) / 3
  const soon = (days: number) => new Date(Date.now() + days * day).toISOString()

  function refusal(rule: string, line: number, words: string, next: string) {
    const reason = `An API token can have these permissions for at most ${words}.`
    const source = `policy.yaml:${line}`
    const error = `${reason} ${next} (rule ${rule}, ${source})`
    return { error, rule, source, reason, next, policy: system.app.policy.hash }
  }

  test('by default, unless the limit is shorter', async () => {
    expect(lastsDays((await make({ role: 'viewer' })).text('expiresAt'))).toBe(7)
    expect(lastsDays((await make({ role: 'deployer' })).text('expiresAt'))).toBe(2)
    expect(lastsDays((await make({ permissions: ['app:delete'] })).text('expiresAt'))).toBeCloseTo(1 / 3)
    expect(lastsDays((await make({ role: 'viewer', lifetimeSeconds: 30 * 86_400 })).text('expiresAt'))).toBe(30)
  })

  test.each([
    ['by days', { role: 'viewer', lifetimeSeconds: 31 * 86_400 }, 'token-max-age', 3, '30 days'],
    ['by a time', { role: 'viewer', expiresAt: soon(31) }, 'token-max-age', 3, '30 days'],
    ['by its role', { role: 'deployer', lifetimeSeconds: 3 * 86_400 }, 'token-max-age:deploys', 6, '2 days'],
    ['by what its role may do', { role: 'admin', lifetimeSeconds: 86_400 }, 'token-max-age:deletes', 7, '8 hours'],
    [
      'by permissions one by one',
      { permissions: ['app:*'], lifetimeSeconds: 86_400 },
      'token-max-age:deletes',
      7,
      '8 hours',
    ],
  ])(
    'a longer lifetime is denied %s, with rule, line, and document in the response and the event',
    async (_how, body, rule, line, words) => {
      const refused = await make(body)
      const told = refusal(rule, line, words, 'Choose an earlier expiry.')
      expect([refused.status, refused.json]).toEqual([400, expect.objectContaining(told)])
      const { error, ...decision } = told
      expect(await system.lastEvent()).toMatchObject({
        kind: 'call',
        status: 400,
        decision: { effect: 'deny', ...decision },
      })
    },
  )

  test('rotation is limited as a new token is, by its permanent permissions', async () => {
    const made = await make({ role: 'viewer' })
    const token = made.text('id')
    const rotate = (body: object) => call(system, admin, 'POST', `/tokens/${token}/rotate`, body)
    const given = { subject: { kind: 'api-token', id: token }, role: 'deployer', expiresAt: soon(1) }
    expect((await call(system, admin, 'POST', '/bindings', given)).status).toBe(201)
    const later = await rotate({ lifetimeSeconds: 31 * 86_400 })
    expect([later.status, later.json]).toEqual([
      400,
      expect.objectContaining(refusal('token-max-age', 3, '30 days', 'Choose an earlier expiry.')),
    ])
    expect(lastsDays((await rotate({ lifetimeSeconds: 30 * 86_400 })).text('expiresAt'))).toBe(30)
  })

  test('rotation gives no longer what ends by itself than a new token would', async () => {
    const token = (await make({ role: 'viewer', lifetimeSeconds: 86_400 })).text('id')
    const given = { subject: { kind: 'api-token', id: token }, role: 'deployer', expiresAt: soon(29) }
    expect((await call(system, admin, 'POST', '/bindings', given)).status).toBe(201)
    const rotate = (body: object) => call(system, admin, 'POST', `/tokens/${token}/rotate`, body)
    const later = await rotate({ lifetimeSeconds: 30 * 86_400 })
    expect([later.status, later.json]).toEqual([
      400,
      expect.objectContaining(refusal('token-max-age:deploys', 6, '2 days', 'Choose an earlier expiry.')),
    ])
    expect((await rotate({ lifetimeSeconds: 2 * 86_400 })).status).toBe(201)
  })

  test('a token is given no more later than a new one would be', async () => {
    const token = (await make({ role: 'viewer', lifetimeSeconds: 20 * 86_400 })).text('id')
    const give = (expiresAt?: string) =>
      call(system, admin, 'POST', '/bindings', {
        subject: { kind: 'api-token', id: token },
        role: 'deployer',
        expiresAt,
      })
    for (const refused of [await give(), await give(soon(3))])
      expect([refused.status, refused.json]).toEqual([
        400,
        expect.objectContaining(refusal('token-max-age:deploys', 6, '2 days', 'Choose an earlier expiry.')),
      ])
    expect((await give(soon(1.9))).status).toBe(201)
  })

  test('one that goes to another owner has no longer left than a new one', async () => {
    await use(usual)
    const other = await createUser(system, 'admin')
    const token = (await make({ role: 'viewer', lifetimeSeconds: 90 * 86_400 })).text('id')
    await use(strict)
    const handOver = () =>
      call(system, admin, 'POST', `/tokens/${token}/owner`, { owner: { kind: 'user', id: other.id } })
    const refused = await handOver()
    const next = 'Rotate the token with an earlier expiry first, or create a new token for that owner.'
    expect([refused.status, refused.json]).toEqual([
      400,
      expect.objectContaining(refusal('token-max-age', 3, '30 days', next)),
    ])
    expect(
      (await call(system, admin, 'POST', `/tokens/${token}/rotate`, { lifetimeSeconds: 10 * 86_400 })).status,
    ).toBe(201)
    expect((await handOver()).status).toBe(200)
  })
})
