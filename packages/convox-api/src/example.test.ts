import { compileMatcher, isTargetError, rackRoutes, readParameters, readTarget } from '@rack-gateway/convox-api'
import { planCommand } from '@rack-gateway/convox-api/commands'
import { expect, test } from 'vitest'

test('a request has a route and parameters', () => {
  const target = readTarget('/apps/web/releases?limit=10')
  if (isTargetError(target)) throw new Error(target.reason)

  const found = compileMatcher(rackRoutes)('GET', target.path, 'http')
  if (found === null) throw new Error('The rack has no such route.')
  expect(found).toMatchObject({ route: { permission: 'release:list' }, params: { app: 'web' } })

  const request = { method: 'GET', search: target.search, contentType: '', body: null, rawHeaders: [] }
  const parameters = readParameters(found.route, request)
  if ('rule' in parameters) throw new Error(parameters.reason)
  expect(parameters.query.get('limit')).toBe('10')
})

test('a convox command has calls', () => {
  const words = ['releases', 'promote', 'R1', '--app', 'web']
  const plan = planCommand(words, { appSetting: null, directory: '', rack: 'staging', input: 'terminal' })
  if (plan.kind !== 'calls') throw new Error(`The plan is ${plan.kind}.`)
  expect(plan.calls.map(({ route }) => route.permission)).toContain('release:promote')
})
