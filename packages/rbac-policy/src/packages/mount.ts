import Fastify, { type FastifyInstance, type FastifyRequest, type onRequestAsyncHookHandler } from 'fastify'
import { PackageRefusal, UnusablePolicyPackage } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { Principal } from '../types.ts'
import type { LoadedPackage } from './loaded-package.ts'
import { packagePrincipalOf } from './package-call.ts'
import { type PackagesLog, packageLog } from './packages-log.ts'
import { type RecordedDetail, recordedDetail } from './recorded-detail.ts'
import type { RouteContext } from './types.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route of a policy package: it lets in anybody. */
    anonymous?: boolean
  }
}

export interface MountOptions {
  readonly loaded: readonly LoadedPackage[]
  readonly policy: Pick<Policy, 'rolesAt'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: PackagesLog
  /** Sets the request's principal, or throws. */
  readonly authenticate: onRequestAsyncHookHandler
  /** Before a route that lets in anybody. */
  readonly admit: (request: FastifyRequest) => Promise<void>
  readonly callerOf: (request: FastifyRequest) => { readonly principal: Principal | null; readonly address: string }
  readonly record: (request: FastifyRequest, detail: RecordedDetail) => Promise<void>
}

/** Where the routes of a package are. */
export function packagePrefix(name: string): string {
  return `/gateway/packages/${name}`
}

/** Gives each package that brings routes a scope of its own: below its own address, behind authentication, out of reach of the rest of the gateway. */
export async function mountPackages(app: FastifyInstance, options: MountOptions): Promise<void> {
  const turnOf = keepBelow(app)
  const brought = new Set(namesOn(Fastify()))
  for (const one of options.loaded) {
    const { register, name } = one.policy
    closeWith(app, one, options.log)
    if (!register) continue
    turnOf(one)
    await app.register(
      async function policyPackage(scope) {
        withhold(scope, brought)
        scope.setErrorHandler((error) => {
          throw inItsOwnWords(name, error)
        })
        scope.addHook('onRequest', async function letIn(request, reply) {
          if (request.routeOptions.config.anonymous === true) await options.admit(request)
          else await options.authenticate.call(scope, request, reply)
          forgetCredentials(request)
        })
        await begin(one, () => register(scope, routeContextOf(name, options)))
      },
      { prefix: packagePrefix(name) },
    )
    turnOf(null)
  }
}

/** A package that can't end must not keep the gateway from ending. */
function closeWith(app: FastifyInstance, { policy: { name, close } }: LoadedPackage, log: PackagesLog): void {
  if (!close) return
  app.addHook('onClose', async function closePackage() {
    try {
      await close()
    } catch (error) {
      log.failed(name, 'could not be closed', error)
    }
  })
}

/** What is wrong with a package is for the operator to correct: a sentence, no stack. */
async function begin({ entry }: LoadedPackage, register: () => void | Promise<void>): Promise<void> {
  try {
    await register()
  } catch (error) {
    if (error instanceof UnusablePolicyPackage) throw error
    const said = error instanceof Error ? error.message : 'something that is no Error'
    throw new UnusablePolicyPackage(entry, `its register threw "${said.slice(0, 300)}"`)
  }
}

/**
 * A scope inherits the decorations of the application. A package must not see any of them, including future ones:
 * only what Fastify itself brings stays. A package's code is trusted, so this is against accidents.
 */
function withhold(scope: FastifyInstance, brought: ReadonlySet<string>): void {
  for (const name of namesOn(scope))
    if (!brought.has(name)) Object.defineProperty(scope, name, { value: undefined, enumerable: false })
}

/** Its own names and those that it inherits, but for what every object has. */
function namesOn(scope: object): string[] {
  const names: string[] = []
  for (let part: object = scope; part !== Object.prototype; part = Object.getPrototypeOf(part))
    names.push(...Object.getOwnPropertyNames(part))
  return names
}

/** What a package's route refuses is answered and recorded as any refusal, with the package's sentence; what to do it may say in `next`. */
function inItsOwnWords(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('statusCode' in error) || ('code' in error && isOwn(error.code))) return error
  const { statusCode, message } = error
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return error
  const next = 'next' in error && typeof error.next === 'string' ? error.next : askOwner(name, message)
  return Object.assign(new PackageRefusal(message, next), { statusCode, rule: `package:${name}` })
}

/** Goes on as the package's words end: behind a whole sentence with another one. */
function askOwner(name: string, message: string): string {
  const whom = `the maintainers of the policy package ${name}`
  return /[.!?]$/.test(message) ? `Ask ${whom}.` : `ask ${whom}`
}

function isOwn(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('RGW_')
}

/**
 * By itself a scope adds its prefix to all of its routes. This is for what goes around it.
 *
 * @returns the function that says whose turn it is
 */
function keepBelow(app: FastifyInstance): (one: LoadedPackage | null) => void {
  let current: LoadedPackage | null = null
  app.addHook('onRoute', function refuseElsewhere({ url }) {
    if (current === null) return
    const prefix = packagePrefix(current.policy.name)
    if (url !== prefix && !url.startsWith(`${prefix}/`))
      throw new UnusablePolicyPackage(current.entry, `its route ${url} is not below ${prefix}`)
  })
  return (one) => {
    current = one
  }
}

/** The caller gave its credential to the gateway, not to the package. */
function forgetCredentials({ raw }: FastifyRequest): void {
  for (const name of ['authorization', 'cookie']) delete raw.headers[name]
  raw.rawHeaders = raw.rawHeaders.filter((_, index, all) => {
    const name = all[index - (index % 2)]?.toLowerCase()
    return name !== 'authorization' && name !== 'cookie'
  })
}

function routeContextOf(
  name: string,
  { policy, now, log, callerOf, record }: Omit<MountOptions, 'loaded'>,
): RouteContext {
  return Object.freeze({
    clock: Object.freeze({ now }),
    log: packageLog(name, log),
    callerOf(request: FastifyRequest, { rack, app }: { readonly rack: string; readonly app: string | null }) {
      const { principal, address } = callerOf(request)
      if (principal === null) throw new Error('a route that lets in anybody has no caller')
      const place = { rack, app, scope: app === null ? 'rack' : 'app' } as const
      return packagePrincipalOf(principal, policy.rolesAt(principal, place, { at: now(), address }))
    },
    record: async (request: FastifyRequest, detail: RecordedDetail) => record(request, recordedDetail(name, detail)),
  })
}
