import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, principal } from '../testing/calls.ts'
import { definePolicy } from './define-policy.ts'
import { mountPackages } from './mount.ts'
import type { PolicyDefinition } from './types.ts'

const policy = compilePolicy(builtInPolicy())
const admin = principal([binding('admin', { racks: 'staging' })])

let app: FastifyInstance | null = null
afterEach(() => app?.close())

async function mount(definition: Omit<PolicyDefinition, 'name' | 'evaluate'>) {
  const logged: string[] = []
  const recorded: object[] = []
  const made = Fastify()
  app = made
  made.decorate('racks', { token: 'rack-password' })
  for (const name of ['recordings', 'streams', 'checkpoints', 'futureDecorator']) made.decorate(name, () => 'not yours')
  await mountPackages(made, {
    loaded: [
      {
        policy: definePolicy({ name: 'probe', evaluate: () => null, ...definition }),
        entry: './probe.mjs',
        version: null,
        sha256: '',
      },
    ],
    policy,
    now: () => 5,
    log: {
      slow: () => undefined,
      failed: (name, why) => void logged.push(`${name} ${why}`),
      message: (name, level, text) => void logged.push(`${name} ${level} ${text}`),
    },
    async authenticate({ headers }) {
      if (headers.authorization !== 'Bearer good')
        throw Object.assign(new Error('no'), { statusCode: 401, code: 'RGW_UNAUTHENTICATED' })
    },
    async admit() {
      logged.push('admitted')
    },
    callerOf: () => ({ principal: admin, address: '192.0.2.1' }),
    record: async (_request, detail) => void recorded.push(detail),
  })
  await made.ready()
  const get = (path: string, headers: Record<string, string> = { authorization: 'Bearer good' }) =>
    made.inject({ url: `/gateway/packages/probe${path}`, headers })
  return { app: made, logged, recorded, get }
}

describe('the scope of a package', () => {
  test('is behind authentication, and a route in a plugin of its own is, too', async () => {
    const { get, logged } = await mount({
      async register(scope) {
        scope.get('/', async () => 'in')
        await scope.register(async (inner) => void inner.get('/deep', async () => 'in'), { prefix: '/inner' })
        scope.get('/open', { config: { anonymous: true } }, async () => 'open')
      },
    })
    for (const path of ['/', '/inner/deep']) {
      expect((await get(path)).body).toBe('in')
      expect((await get(path, {})).statusCode).toBe(401)
    }
    expect((await get('/open', {})).body).toBe('open')
    expect(logged).toEqual(['admitted'])
  })

  test('leaves the rest of the application as it was', async () => {
    const { app } = await mount({
      register(scope) {
        scope.decorate('mine', true)
        scope.addHook('onRequest', async () => {
          throw new Error('a hook of the package')
        })
        expect(Reflect.get(scope, 'racks')).toBeUndefined()
      },
    })
    expect([app.hasDecorator('mine'), Reflect.get(app, 'racks')]).toEqual([false, { token: 'rack-password' }])
    expect((await app.inject('/elsewhere')).statusCode).toBe(404)
  })

  test('hides every decoration of the application, whatever its name', async () => {
    const visible: string[] = []
    await mount({
      register(scope) {
        for (let part: object = scope; part !== Object.prototype; part = Object.getPrototypeOf(part))
          for (const name of Object.getOwnPropertyNames(part))
            if (!(name in Fastify()) && Reflect.get(scope, name) !== undefined) visible.push(name)
      },
    })
    expect(visible).toEqual([])
  })

  test('shows the caller with its roles for a scope, but no credential', async () => {
    const { get } = await mount({
      register(scope, context) {
        scope.get('/', async (request) => ({
          staging: context.callerOf(request, { rack: 'staging', app: null }).roles,
          production: context.callerOf(request, { rack: 'production', app: 'web' }).roles,
          headers: Object.keys(request.headers),
          raw: request.raw.rawHeaders.join(' ').toLowerCase().includes('good'),
          now: context.clock.now(),
        }))
      },
    })
    const { staging, production, headers, raw, now } = (
      await get('/', { authorization: 'Bearer good', cookie: 'a=b' })
    ).json()
    expect({ staging, production, raw, now }).toEqual({ staging: ['admin'], production: [], raw: false, now: 5 })
    expect(headers).not.toContain('authorization')
    expect(headers).not.toContain('cookie')
  })
})

describe('an event of a package', () => {
  test.each([
    [{ package: 'other' }, 'the name of a fact is invalid: "package"'],
    [{ 'a b': 1 }, 'the name of a fact is invalid: "a b"'],
    [{ value: Number.NaN }, 'the fact value is not a text, a finite number, or a boolean'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, index])), 'at most 20 facts'],
  ])('is rejected if its facts are invalid', async (detail, problem) => {
    let failure: unknown = null
    const { get, recorded } = await mount({
      register(scope, context) {
        scope.get('/', async (request) => {
          failure = await context.record(request, detail).catch((error: unknown) => error)
          return ''
        })
      },
    })
    await get('/')
    expect(String(failure)).toContain(problem)
    expect(recorded).toEqual([])
  })

  test('has the name of the package, and bounded text', async () => {
    const { get, recorded } = await mount({
      register(scope, context) {
        scope.get('/', async (request) => context.record(request, { why: 'x'.repeat(2_000), ok: true }))
      },
    })
    await get('/')
    expect(recorded).toEqual([{ why: 'x'.repeat(1_000), ok: true, package: 'probe' }])
  })
})

describe('a package that fails', () => {
  test('to register is named in the error', async () => {
    const failing = mount({
      register() {
        throw new Error('no database')
      },
    })
    await expect(failing).rejects.toThrow(
      'POLICY_PACKAGES lists ./probe.mjs, which cannot be used: its register threw "no database"',
    )
  })

  test('to close does not prevent the application from closing', async () => {
    const { app, logged } = await mount({
      async close() {
        throw new Error('no')
      },
    })
    await app.close()
    expect(logged).toEqual(['probe could not be closed'])
  })
})
