import { type TestCall, testPolicy } from '@rack-gateway/rbac-policy/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { readCalendar } from './calendar.ts'
import { deployFreeze } from './deploy-freeze.ts'
import { createOverrides } from './overrides.ts'

const calendar = readCalendar(
  JSON.stringify({
    freezes: [
      { name: 'year end', from: '2030-12-20T16:00:00Z', until: '2031-01-06T08:00:00Z', racks: ['production'] },
      { name: 'move', from: '2031-03-01T00:00:00+01:00', until: '2031-03-02T00:00:00+01:00' },
    ],
    override: { roles: ['admin'], minutes: 30 },
  }),
)
const christmas = '2030-12-24T12:00Z'
const promote: TestCall = {
  route: 'POST /apps/{app}/releases/{id}/promote',
  rack: 'production',
  at: christmas,
  as: { role: 'deployer', name: 'ada@example.com' },
}
const reason = 'The shop sells at last year’s prices.'
const admin = { role: 'admin', name: 'grace@example.com' }

let freeze = testPolicy(deployFreeze(calendar))
beforeEach(() => {
  freeze = testPolicy(deployFreeze(calendar))
})

const effectOf = async (change: Partial<TestCall>) => (await freeze.evaluate({ ...promote, ...change })).effect

describe('a freeze', () => {
  test('stops a promotion, and says why, until when, and what to do', async () => {
    expect(await freeze.evaluate(promote)).toMatchObject({
      effect: 'deny',
      rule: 'package:deploy-freeze:frozen',
      source: 'deploy-freeze',
      reason: 'The rack production is frozen until 2031-01-06 08:00 UTC (year end).',
      remedy:
        'Wait until then. If the deploy is urgent, a user with the role admin can override the freeze: POST /gateway/packages/deploy-freeze/override',
    })
  })

  test('stops builds, pipelines and administrators as well', async () => {
    expect(await effectOf({ route: 'POST /apps/{app}/builds' })).toBe('deny')
    expect(await effectOf({ as: { role: 'ci', serviceAccount: 'ci' } })).toBe('deny')
    expect(await effectOf({ as: admin })).toBe('deny')
  })

  test('begins and ends to the second, on its racks', async () => {
    expect(await effectOf({ at: '2030-12-20T15:59:59Z' })).toBe('allow')
    expect(await effectOf({ at: '2030-12-20T16:00:00Z' })).toBe('deny')
    expect(await effectOf({ at: '2031-01-06T07:59:59Z' })).toBe('deny')
    expect(await effectOf({ at: '2031-01-06T08:00:00Z' })).toBe('allow')
    expect(await effectOf({ rack: 'staging' })).toBe('allow')
    expect(await effectOf({ rack: 'staging', at: '2031-02-28T23:00:00Z' })).toBe('deny')
  })

  test('leaves everything else alone', async () => {
    for (const route of [
      'GET /apps/{app}/releases',
      'POST /apps/{app}/services/{service}/restart',
      'WS /apps/{app}/logs',
    ])
      expect(await effectOf({ route })).toBe('allow')
  })

  test('gives the same decision to a simulated call', async () => {
    expect(await freeze.simulate(promote)).toEqual(await freeze.evaluate(promote))
    expect(await freeze.simulate({ ...promote, rack: 'staging' })).toMatchObject({ effect: 'allow' })
  })

  test('ends the upload of a build in progress', async () => {
    expect(await freeze.evaluate({ ...promote, route: 'POST /apps/{app}/builds' }, 'review')).toMatchObject({
      effect: 'deny',
    })
  })
})

describe('an override', () => {
  const ask = (as: object, body: unknown = { rack: 'production', reason }, at = christmas) =>
    freeze.ask('POST', '/override', { as, body, at })

  test('lets the user deploy to the rack for half an hour, and is recorded with the reason', async () => {
    const until = '2030-12-24T12:30:00.000Z'
    expect(await ask(admin)).toEqual({ status: 200, body: { rack: 'production', freeze: 'year end', until } })
    expect(freeze.recorded).toEqual([
      {
        by: 'grace@example.com',
        detail: {
          action: 'override',
          rack: 'production',
          freeze: 'year end',
          reason,
          until,
          package: 'deploy-freeze',
        },
      },
    ])
    expect(await freeze.simulate({ ...promote, as: admin })).toMatchObject({ effect: 'allow' })
    expect(freeze.logged).toEqual([])
    expect(await effectOf({ as: admin })).toBe('allow')
    expect(freeze.logged).toEqual([expect.stringContaining('warn: grace@example.com overrides the freeze "year end"')])
    expect(await effectOf({ as: admin, at: '2030-12-24T12:29:59Z' })).toBe('allow')
    expect(await effectOf({ as: admin, at: '2030-12-24T12:30:00Z' })).toBe('deny')
    expect(await effectOf({})).toBe('deny')
  })

  test('ends with the freeze at the latest', async () => {
    const { body } = await ask(admin, undefined, '2031-01-06T07:50:00Z')
    expect(body).toMatchObject({ until: '2031-01-06T08:00:00.000Z' })
  })

  test.each<[string, object | null, unknown, number]>([
    ['without a credential', null, undefined, 401],
    ['without the role', { role: 'deployer' }, undefined, 403],
    ['by a token', { role: 'admin', serviceAccount: 'ci' }, undefined, 403],
    ['where nothing is frozen', admin, { rack: 'staging', reason }, 409],
    ['without a reason', admin, { rack: 'production' }, 400],
    ['with hardly a reason', admin, { rack: 'production', reason: 'urgent' }, 400],
  ])('is denied %s', async (_case, as, body = { rack: 'production', reason }, status) => {
    expect((await freeze.ask('POST', '/override', { as, body, at: christmas })).status).toBe(status)
    expect(freeze.recorded).toEqual([])
    expect(await effectOf({ as: admin })).toBe('deny')
  })

  test('works with a store that two replicas share', async () => {
    const shared = createOverrides()
    const [one, other] = [1, 2].map(() =>
      testPolicy(deployFreeze(calendar, { ...shared, openUntil: async (...of) => shared.openUntil(...of) })),
    )
    await one?.ask('POST', '/override', { as: admin, body: { rack: 'production', reason }, at: christmas })
    expect(await other?.evaluate({ ...promote, as: admin })).toMatchObject({ effect: 'allow' })
  })
})

describe('a calendar', () => {
  test.each([
    ['{}', 'freezes should be a list'],
    [
      '{"freezes": [{"from": "soon", "until": "2031-01-06"}]}',
      'freezes[0].name should be a text; freezes[0].from should be a time with its zone',
    ],
    [
      '{"freezes": [{"name": "x", "from": "2031-01-06T08:00Z", "until": "2030-12-20T16:00Z"}]}',
      'freezes[0].until should be after freezes[0].from',
    ],
    ['{"freezes": [], "permissions": "release:promote"}', 'permissions should be a list of names'],
    ['{"freezes": [], "override": {"minutes": 0}}', 'override.minutes should be a whole number'],
  ])('%s is rejected', (text, problem) => {
    expect(() => readCalendar(text)).toThrow(problem)
  })
})
