import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Principal } from '../model/types.ts'
import type { LoadedPackage } from '../packages/loaded-package.ts'
import { mountPackages, packagePrefix } from '../packages/mount.ts'
import type { PackagesLog } from '../packages/packages-log.ts'
import type { RecordedDetail } from '../packages/recorded-detail.ts'
import type { Policy } from '../policy/policy.ts'
import { checkFields, type FieldsOf } from './check-fields.ts'
import { principalOf, type TestCall, type TestCaller, timeOf } from './test-call.ts'

/** A request to a route of a package, in a test. */
export interface TestRequest {
  /** Null for a request without a credential. */
  readonly as?: TestCaller | null
  readonly body?: unknown
  readonly at?: TestCall['at']
}

const requestFields: FieldsOf<TestRequest> = { as: true, body: true, at: true }

export interface TestResponse {
  readonly status: number
  /** The parsed JSON body, or its text. */
  readonly body: unknown
}

export interface TestRoutesOptions {
  readonly loaded: readonly LoadedPackage[]
  readonly policy: Policy
  readonly recorded: { by: string | null; detail: RecordedDetail }[]
  readonly message: PackagesLog['message']
}

/** A server that does not listen, with the routes of the package at the same addresses as in a gateway. */
export function createTestRoutes({ loaded, policy, recorded, message }: TestRoutesOptions) {
  const callers = new Map<string, Principal>()
  const principals = new WeakMap<FastifyRequest, Principal>()
  let at = timeOf()
  let starting: Promise<FastifyInstance> | null = null

  async function start(): Promise<FastifyInstance> {
    const app = Fastify()
    await mountPackages(app, {
      loaded,
      policy,
      now: () => at,
      log: { message, slow: () => undefined, failed: () => undefined },
      async authenticate(request) {
        const caller = callers.get(String(request.headers['x-test-caller']))
        if (!caller) throw Object.assign(new Error('the request has no credential'), { statusCode: 401 })
        principals.set(request, caller)
      },
      admit: async () => undefined,
      callerOf: (request) => ({ principal: principals.get(request) ?? null, address: request.ip }),
      record: async (request, detail) => void recorded.push({ by: principals.get(request)?.name ?? null, detail }),
    })
    await app.ready()
    return app
  }

  return {
    async ask(
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      path: string,
      request: TestRequest = {},
    ): Promise<TestResponse> {
      checkFields(request, requestFields, '')
      const { as = {}, body, at: time } = request
      starting ??= start()
      const app = await starting
      at = timeOf(time)
      const id = String(callers.size)
      if (as !== null) callers.set(id, principalOf(as))
      const response = await app.inject({
        method,
        url: `${loaded.map(({ policy: { name } }) => packagePrefix(name)).join('')}${path}`,
        headers: {
          ...(as !== null && { 'x-test-caller': id }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      })
      return { status: response.statusCode, body: parsed(response.body) }
    },
    async close(): Promise<void> {
      const app = await (starting ?? start())
      await app.close()
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
