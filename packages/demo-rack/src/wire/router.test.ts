import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appRoutes } from '../routes/app-routes.ts'
import { rackRoutes } from '../routes/rack-routes.ts'
import { createRouter } from './router.ts'
import { readTarget } from './target.ts'

const findRoute = createRouter([
  { method: 'WS', path: '/a/{x}/logs' },
  { method: 'GET', path: '/a/{x}.tgz' },
  { method: 'GET', path: '/a/{x}' },
  { method: 'PUT', path: '/a/{x}' },
  { method: 'ANY', path: '/any/{rest:.*}' },
  { method: 'GET', path: '/a/{x}/logs/{y}' },
])

function found(method: string, path: string, upgrades: string[] = []) {
  const result = findRoute({ method, path, upgrades })
  return result.found === 'route'
    ? [`${result.route.method} ${result.route.path}`, { ...result.variables }]
    : result.found
}

describe('the router', () => {
  test.each([
    ['GET', '/a/1', [], ['GET /a/{x}', { x: '1' }]],
    ['PUT', '/a/1', [], ['PUT /a/{x}', { x: '1' }]],
    ['DELETE', '/a/1', [], 'no-method'],
    ['GET', '/a/1.tgz', [], ['GET /a/{x}.tgz', { x: '1' }]],
    ['GET', '/a/1xtgz', [], ['GET /a/{x}', { x: '1xtgz' }]],
    ['GET', '/a/1/logs', [], 'no-path'],
    ['GET', '/a/1/logs', ['websocket'], ['WS /a/{x}/logs', { x: '1' }]],
    ['GET', '/a/1/logs', ['h2c', 'websocket'], ['WS /a/{x}/logs', { x: '1' }]],
    ['GET', '/a/1/logs', ['WebSocket'], 'no-path'],
    ['GET', '/a/1/logs', ['websocket, h2c'], 'no-path'],
    ['POST', '/a/1/logs', ['websocket'], 'no-method'],
    ['POST', '/a/1/logs', [], 'no-path'],
    ['BREW', '/any/', [], ['ANY /any/{rest:.*}', { rest: '' }]],
    ['GET', '/any//x/../y', [], ['ANY /any/{rest:.*}', { rest: '/x/../y' }]],
    ['GET', '/any/a\nb', [], 'no-path'],
    ['GET', '/any', [], 'no-path'],
    ['GET', '/a/', [], 'no-path'],
    ['GET', '/A/1', [], 'no-path'],
    ['GET', '/a/\n', [], ['GET /a/{x}', { x: '\n' }]],
    ['GET', '/a/caf\xc3\xa9', [], ['GET /a/{x}', { x: 'café' }]],
    ['GET', '/a/1\n', [], ['GET /a/{x}', { x: '1\n' }]],
  ])('%s %j with Upgrade %j', (method, path, upgrades, result) => {
    expect(found(method, path, upgrades)).toEqual(result)
  })

  test('however a path is escaped, the same route and the same variables are found', () => {
    const router = createRouter([...appRoutes, ...rackRoutes])
    const route = fc.constantFrom(...appRoutes.filter(({ kind }) => kind === 'http'))
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    fc.assert(
      fc.property(
        route,
        name,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        ({ method, path }, value, flags) => {
          const plain = path.replace(/\{\w+(?::\.\*)?\}/g, value)
          const escaped = [...plain].map((character, at) =>
            flags[at] ? `%${character.charCodeAt(0).toString(16)}` : character,
          )
          const target = readTarget(escaped[0] === '/' ? escaped.join('') : `/${escaped.slice(1).join('')}`)
          expect(target?.path).toBe(plain)
          expect(router({ method, path: target?.path ?? '', upgrades: [] })).toEqual(
            router({ method, path: plain, upgrades: [] }),
          )
        },
      ),
    )
  })

  test('a variable of one segment is never empty, and never contains a slash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const result = findRoute({ method: 'GET', path: `/a/${text}`, upgrades: [] })
        if (result.found === 'route' && result.route.path === '/a/{x}') {
          expect(text).not.toContain('/')
          expect(text).not.toBe('')
        }
      }),
    )
  })
})
