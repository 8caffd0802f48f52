import { describe, expect, test } from 'vitest'
import { compileMatcher } from '../routes/matcher.ts'
import { rackRoutes } from '../routes/routes.ts'
import { planRoute, type RouteCall } from './plan-route.ts'

function planned(route: string, change: Partial<RouteCall> = {}) {
  return planRoute({ route, params: {}, query: [], form: [], headers: [], command: null, release: null, ...change })
}

describe('a call that is described by its route', () => {
  test('is planned like a call of a command', () => {
    expect(
      planned('POST /apps/{app}/releases/{id}/promote', { params: { app: 'web', id: 'R1' }, form: ['force'] }),
    ).toMatchObject({
      route: { permission: 'release:promote' },
      app: 'web',
      params: { app: 'web', id: 'R1' },
      parameters: { query: [], form: ['force'], headers: [] },
      parameterError: null,
      essential: true,
    })
  })

  test('to a process has an unknown owner', () => {
    const params = { app: 'web', pid: 'p1' }
    expect(planned('WS /apps/{app}/processes/{pid}/exec', { params, command: 'sh' })).toMatchObject({
      process: { id: 'p1', service: null, own: 'unknown' },
      command: { header: 'sh', by: 'exec' },
    })
  })

  test('for a new release can change any key', () => {
    expect(planned('POST /apps/{app}/releases', { params: { app: 'web' } })).toMatchObject({
      environment: { named: [], others: 'possible' },
    })
  })

  test('can have any method if the route does', () => {
    expect(planned('ANY /v2/{path:.*}', { params: { path: 'a/b' } })).toMatchObject({
      route: { id: 'ANY /v2/{path:.*}' },
    })
  })

  test('contains the error of parameters that the gateway rejects', () => {
    expect(planned('GET /apps', { query: ['evil'] })).toMatchObject({ parameterError: { rule: 'unknown-parameter' } })
  })

  test.each([
    ['GET /nothing', {}, 'the route GET /nothing does not exist'],
    ['GET /apps/{app}', {}, 'GET /apps/{app} needs an app'],
    ['GET /apps', { params: { app: 'web' } }, 'the path of GET /apps has no {app}'],
    ['GET /apps/{app}', { params: { app: '../x' } }, 'programs could send a name in the path differently'],
    ['GET /apps/{app}', { params: { app: 'web', '(a+)+$': 'x' } }, 'has no {(a+)+$}'],
    ['GET /apps', { params: { __proto__x: 'y' } }, 'has no {__proto__x}'],
  ])('%s with %j is not understood', (route, change, problem) => {
    expect(planned(route, change)).toEqual({ unpredictable: expect.stringContaining(problem) })
  })
})

test('the matcher finds the route of every planned call by its path, for any parameter', () => {
  const match = compileMatcher(rackRoutes)
  const fixedText = [...new Set(rackRoutes.flatMap(({ path }) => path.match(/(?<=\/)[a-z0-9-]+(?=\/|$)/g) ?? []))]
  expect(fixedText).toEqual(expect.arrayContaining(['apps', 'import', 'generate', 'keyroll']))
  const names = [...fixedText, 'x', 'web', 'B1', '.tgz', 'B1.tgz', 'B1.tgz.tgz']
  const plans: unknown[] = []
  const matches: unknown[] = []
  for (const { id, path, method, kind } of rackRoutes) {
    const parameters = [...path.matchAll(/\{([a-z]+)/g)].map(([, name = '']) => name)
    for (const parameter of parameters) {
      for (const name of names) {
        const params = { ...Object.fromEntries(parameters.map((one) => [one, 'web'])), [parameter]: name }
        const filled = path.replaceAll(/\{([a-z]+)(?::\.\*)?\}/g, (_, one: string) => params[one] ?? '')
        const { route, params: found } = { params: {}, route: null, ...planned(id, { params }) }
        const matched = match(method === 'ANY' ? 'GET' : method, filled, kind)
        plans.push({ id, name, route: route?.id, params: found })
        matches.push({ id, name, route: matched?.route.id, params: matched?.params })
      }
    }
  }
  expect(plans).toEqual(matches)
})
