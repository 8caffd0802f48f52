import { type TestCall, testPolicy } from '@rack-gateway/rbac-policy/testing'
import { describe, expect, test } from 'vitest'
import { appOwnership } from './app-ownership.ts'
import { readTeams } from './teams.ts'

const teams = {
  teams: {
    payments: { apps: ['billing', 'pay-*'], groups: ['payments@example.com'], serviceAccounts: ['payments-ci'] },
    shop: { apps: ['shop', 'pay-shop'], groups: ['shop@example.com'] },
  },
  override: ['admin'],
}
const ownership = testPolicy(appOwnership(readTeams(JSON.stringify(teams))))
const restart = 'POST /apps/{app}/services/{service}/restart'
const outsider = { role: 'deployer', name: 'eve@example.com', groups: ['shop@example.com'] }
const member = { role: 'deployer', name: 'ada@example.com', groups: ['payments@example.com'] }

const evaluate = (call: Partial<TestCall>) =>
  ownership.evaluate({ route: restart, app: 'billing', as: outsider, ...call })
const effectOf = async (call: Partial<TestCall>) => (await evaluate(call)).effect

describe('ownership of apps', () => {
  test('denies a change to a user outside the team, and says whom to ask', async () => {
    expect(await evaluate({})).toMatchObject({
      effect: 'deny',
      rule: 'package:app-ownership:not-owner',
      reason: 'The app billing belongs to payments.',
      remedy: 'Ask payments to make the change, or to let you join the team.',
    })
  })

  test('decides a simulated call in the same way', async () => {
    const asked = { route: restart, app: 'billing' }
    expect(await ownership.simulate({ ...asked, as: outsider })).toEqual(await evaluate({}))
    expect(await ownership.simulate({ ...asked, as: member })).toMatchObject({ effect: 'allow' })
  })

  test('lets the team change its apps, and everyone change apps without an owner', async () => {
    expect(await effectOf({ as: member })).toBe('allow')
    expect(await effectOf({ as: member, app: 'pay-worker' })).toBe('allow')
    expect(await effectOf({ as: member, app: 'shop' })).toBe('deny')
    expect(await effectOf({ app: 'elsewhere' })).toBe('allow')
    expect(await effectOf({ app: 'billing-docs' })).toBe('allow')
  })

  test('lets both teams change an app that they share', async () => {
    expect(await effectOf({ app: 'pay-shop' })).toBe('allow')
    expect(await effectOf({ app: 'pay-shop', as: member })).toBe('allow')
    expect(await evaluate({ app: 'pay-shop', as: { role: 'ops' } })).toMatchObject({
      reason: 'The app pay-shop belongs to payments and shop.',
    })
  })

  test('lets everyone read', async () => {
    for (const route of ['GET /apps/{app}', 'WS /apps/{app}/logs', 'GET /apps/{app}/releases'])
      expect(await effectOf({ route })).toBe('allow')
  })

  test('counts entering a process as a change', async () => {
    expect(await effectOf({ route: 'WS /apps/{app}/processes/{pid}/exec' })).toBe('deny')
  })

  test('identifies tokens by their service account, never by their name', async () => {
    expect(
      await effectOf({ route: 'POST /apps/{app}/builds', as: { role: 'ci', serviceAccount: 'payments-ci' } }),
    ).toBe('allow')
    expect(
      await effectOf({
        route: 'POST /apps/{app}/builds',
        as: { role: 'ci', serviceAccount: 'ci', name: 'payments-ci' },
      }),
    ).toBe('deny')
  })

  test('lets people, but not tokens, override it with a role', async () => {
    expect(await effectOf({ as: { role: 'admin' } })).toBe('allow')
    expect(await effectOf({ as: { role: 'admin', serviceAccount: 'robots' } })).toBe('deny')
  })

  test('refuses CI jobs, unless the file allows them', async () => {
    const as = { role: 'ci', kind: 'workload' } as const
    const route = 'POST /apps/{app}/builds'
    expect(await effectOf({ route, as })).toBe('deny')
    const open = testPolicy(appOwnership(readTeams(JSON.stringify({ ...teams, jobs: 'allow' }))))
    expect(await open.evaluate({ route, app: 'billing', as })).toMatchObject({ effect: 'allow' })
  })
})

describe('a file of teams', () => {
  test.each([
    ['{}', 'teams should name at least one team'],
    ['{"teams": {"a": {}}}', 'teams.a.apps should name at least one app'],
    ['{"teams": {"a": {"apps": "web"}}}', 'teams.a.apps should be a list of names'],
    ['{"teams": {"a": {"apps": ["web"], "groups": [1]}}}', 'teams.a.groups should be a list of names'],
    ['{"teams": {"a": {"apps": ["web"]}}, "jobs": "maybe"}', 'jobs should be "allow" or "refuse"'],
    ['{"teams": {"a": {"apps": ["web"]}}, "override": "admin"}', 'override should be a list of names'],
  ])('%s is refused', (text, problem) => {
    expect(() => readTeams(text)).toThrow(problem)
  })
})
