import { describe, expect, test } from 'vitest'
import { compileMatcher } from '../matcher.ts'
import { rackRoutes } from '../routes.ts'
import { planRoute, type RouteWords } from './route-call.ts'

function planned(route: string, change: Partial<RouteWords> = {}) {
  return planRoute({ route, params: {}, query: [], form: [], headers: [], command: null, release: null, ...change })
}

describe('a call by its route', () => {
  test('is as a command would make it', () => {
    expect(
      planned('POST /apps/{app}/releases/{id}/promote', { params: { app: 'web', id: 'R1' }, form: ['force'] }),
    ).toMatchObject({
      route: { permission: 'release:promote' },
      app: 'web',
      params: { app: 'web', id: 'R1' },
      parameters: { query: [], form: ['force'], headers: [] },
      refused: null,
      essential: true,
    })
  })

  test('of a process leaves open whose it is', () => {
    const params = { app: 'web', pid: 'p1' }
    expect(planned('WS /apps/{app}/processes/{pid}/exec', { params, command: 'sh' })).toMatchObject({
      process: { id: 'p1', service: null, own: 'unknown' },
      command: { header: 'sh', by: 'exec' },
    })
  })

  test('of a new release may change any key', () => {
    expect(planned('POST /apps/{app}/releases', { params: { app: 'web' } })).toMatchObject({
      environment: { named: [], others: 'possible' },
    })
  })

  test('of any method is one', () => {
    expect(planned('ANY /v2/{path:.*}', { params: { path: 'a/b' } })).toMatchObject({
      route: { id: 'ANY /v2/{path:.*}' },
    })
  })

  test('says what the gateway refuses from everyone', () => {
    expect(planned('GET /apps', { query: ['evil'] })).toMatchObject({ refused: { refused: 'unknown-parameter' } })
  })

  test.each([
    ['GET /nothing', {}, 'there is no route GET /nothing'],
    ['GET /apps/{app}', {}, 'GET /apps/{app} needs an app'],
    ['GET /apps', { params: { app: 'web' } }, 'the path of GET /apps has no {app}'],
    ['GET /apps/{app}', { params: { app: '../x' } }, 'a name in it is none that every program would send alike'],
    ['GET /apps/{app}', { params: { app: 'web', '(a+)+$': 'x' } }, 'has no {(a+)+$}'],
    ['GET /apps', { params: { __proto__x: 'y' } }, 'has no {__proto__x}'],
  ])('%s with %j is none', (route, change, doubt) => {
    expect(planned(route, change)).toEqual({ doubt: expect.stringContaining(doubt) })
  })
})

test('the route of a planned call is the one that its path leads to, whatever its names are', () => {
  const match = compileMatcher(rackRoutes)
  const fixedText = [...new Set(rackRoutes.flatMap(({ path }) => path.match(/(?<=\/)[a-z0-9-]+(?=\/|$)/g) ?? []))]
  expect(fixedText).toEqual(expect.arrayContaining(['apps', 'import', 'generate', 'keyroll']))
  const names = [...fixedText, 'x', 'web', 'B1', '.tgz', 'B1.tgz', 'B1.tgz.tgz']
  const plans: unknown[] = []
  const matches: unknown[] = []
  for (const { id, path, method, kind } of rackRoutes) {
    const parameters = [...path.matchAll(/\{([a-z]+)/g)].map(([, name = '']) => name)
    for (const strange of parameters) {
      for (const name of names) {
        const params = { ...Object.fromEntries(parameters.map((one) => [one, 'web'])), [strange]: name }
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
