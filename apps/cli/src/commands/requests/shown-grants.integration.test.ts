import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestId } from '../../testing/access-request.ts'
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { jsonFaults } from '../json-faults.ts'

const now = Date.UTC(2030, 0, 2, 12)
const grant = {
  id: requestId,
  rule: 'production-deploy',
  role: 'deployer',
  racks: ['production'],
  apps: ['web'],
  from: '2030-01-02T11:00:00.000Z',
  until: '2030-01-02T12:42:30.000Z',
  startsWithUse: false,
}
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt: '2030-02-02T12:00:00.000Z',
  racks: ['production'],
  roles: ['viewer'],
}

let machine: Machine
let gateway: FakeGateway
beforeEach(() => {
  machine = createMachine()
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

const env = () => ({ RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgs_token', GATEWAY_RACK: 'production' })
const call = (...words: readonly string[]) => machine.call(words, env(), '', { now })

test('whoami shows grants with the remaining time, the start, or the first use', async () => {
  const later = { ...grant, from: '2030-01-02T20:00:00.000Z', until: '2030-01-02T21:00:00.000Z', apps: ['*'] }
  const firstUse = { ...grant, startsWithUse: true, role: 'ops\u001b[2J' }
  gateway = await startFakeGateway({ status: 200, body: { ...me, grants: [grant, later, firstUse] } })
  const { code, stdout } = await call('whoami')
  expect(code).toBe(0)
  const request = `by the access request ${requestId}`
  const time = String.raw`2030-01-0\d \d\d:\d\d \([\w/]+\)`
  for (const line of [
    `grant      deployer on production for web, 42 minutes left, until ${time}, `,
    `grant      deployer on production, from ${time} until ${time}, `,
    String.raw`grant      ops\uFFFD\[2J on production for web, from its first use, which must be before ${time}, `,
  ])
    expect(stdout).toMatch(new RegExp(`^${line}${request}$`, 'm'))
  const json = JSON.parse((await call('whoami', '--json')).stdout)
  expect(jsonFaults('whoami', json)).toEqual([])
  expect(json.grants).toHaveLength(3)
})

test('whoami of a token without grants has no such line', async () => {
  gateway = await startFakeGateway({ status: 200, body: me })
  expect((await call('whoami')).stdout).not.toContain('grant')
  expect(JSON.parse((await call('whoami', '--json')).stdout)).not.toHaveProperty('grants')
})

const decision = {
  rule: 'role:deployer',
  source: 'policy.yaml:3',
  permission: 'release:promote',
  roles: ['viewer'],
  bindings: [],
  policy: 'a'.repeat(64),
}

function decisions(change: object) {
  return {
    policy: decision.policy,
    caller: { kind: 'user', id: me.id, name: me.name },
    rack: 'production',
    decisions: [
      {
        route: 'POST /apps/{app}/releases/{release}/promote',
        decision: { ...decision, ...change },
        when: null,
        otherwise: null,
      },
    ],
  }
}

test('can says under which grant a command is allowed', async () => {
  const expiresAt = grant.until
  const allowed = {
    effect: 'allow',
    reason: 'The role deployer grants release:promote.',
    grant: { id: requestId, expiresAt },
  }
  gateway = await startFakeGateway({ status: 200, body: decisions(allowed) })
  const { code, stdout } = await call('can', 'releases', 'promote', 'R1', '-a', 'web')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /Allowed, under the grant 01a21006-6e55-7646-9171-966421143187 until 2030-01-0\d \d\d:\d\d \([\w/]+\): The role deployer grants release:promote\./,
  )
  const json = JSON.parse((await call('can', '--json', 'releases', 'promote', 'R1', '-a', 'web')).stdout)
  expect(jsonFaults('can', json)).toEqual([])
  expect(json.calls[0].decision.grant).toEqual({ id: requestId, expiresAt })
})

test('can prints the remedy of a denial, with the command that asks for access', async () => {
  const next =
    'Ask for access: rack-gateway request --role deployer --rack production --app web --for 1h --reason "Ticket".'
  gateway = await startFakeGateway({
    status: 200,
    body: decisions({ effect: 'deny', rule: 'no-permission', reason: 'You lack release:promote.', next }),
  })
  const { code, stdout } = await call('can', 'releases', 'promote', 'R1', '-a', 'web')
  expect(code).toBe(5)
  expect(stdout).toContain(`Denied: You lack release:promote. ${next} (rule no-permission, from policy.yaml:3)`)
})
