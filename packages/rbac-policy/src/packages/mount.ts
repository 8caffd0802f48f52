import Fastify, { type FastifyInstance, type FastifyRequest, type onRequestAsyncHookHandler } from 'fastify'
import { PackageDenial, UnusablePolicyPackage } from '../errors/errors.ts'
import type { Principal } from '../model/types.ts'
import type { Policy } from '../policy/policy.ts'
import type { LoadedPackage } from './loaded-package.ts'
import { packagePrincipalOf } from './package-call.ts'
import { type PackagesLog, packageLog } from './packages-log.ts'
import { type RecordedDetail, recordedDetail } from './recorded-detail.ts'
import type { RouteContext } from './types.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a route of a policy package needs no authentication. */
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
  /** Runs before a route without authentication. */
  readonly admit: (request: FastifyRequest) => Promise<void>
  readonly callerOf: (request: FastifyRequest) => { readonly principal: Principal | null; readonly address: string }
  readonly record: (request: FastifyRequest, detail: RecordedDetail) => Promise<void>
}

export function packagePrefix(name: string): string {
  return `/gateway/packages/${name}`
}

/** Registers the routes of each package in its own Fastify scope. @throws UnusablePolicyPackage */
export async function mountPackages(app: FastifyInstance, options: MountOptions): Promise<void> {
  const setCurrent = restrictRoutes(app)
  const fastifyNames = new Set(namesOn(Fastify()))
  for (const one of options.loaded) {
    const { register, name } = one.policy
    closeWith(app, one, options.log)
    if (!register) continue
    setCurrent(one)
    await app.register(
      async function policyPackage(scope) {
        hideDecorations(scope, fastifyNames)
        scope.setErrorHandler((error) => {
          throw toPackageDenial(name, error)
        })
        scope.addHook('onRequest', async function authenticatePackageRoute(request, reply) {
          if (request.routeOptions.config.anonymous === true) await options.admit(request)
          else await options.authenticate.call(scope, request, reply)
          deleteCredentials(request)
        })
        await callRegister(one, () => register(scope, routeContextOf(name, options)))
      },
      { prefix: packagePrefix(name) },
    )
    setCurrent(null)
  }
}

/** A package that fails to close must not keep the gateway from closing. */
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

/** Turns an error of the package into a message for the operator, without a stack. */
async function callRegister({ entry }: LoadedPackage, register: () => void | Promise<void>): Promise<void> {
  try {
    await register()
  } catch (error) {
    if (error instanceof UnusablePolicyPackage) throw error
    const message = error instanceof Error ? error.message : 'a value that is not an Error'
    throw new UnusablePolicyPackage(entry, `its register threw "${message.slice(0, 300)}"`)
  }
}

/** Hides the gateway's decorations from a package. Packages are trusted, so this prevents only accidental use. */
function hideDecorations(scope: FastifyInstance, fastifyNames: ReadonlySet<string>): void {
  for (const name of namesOn(scope))
    if (!fastifyNames.has(name)) Object.defineProperty(scope, name, { value: undefined, enumerable: false })
}

function namesOn(scope: object): string[] {
  const names: string[] = []
  for (let part: object = scope; part !== Object.prototype; part = Object.getPrototypeOf(part))
    names.push(...Object.getOwnPropertyNames(part))
  return names
}

/** Turns a 4xx error of a package's route into a denial. The package can set the remedy in `next`. */
function toPackageDenial(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('statusCode' in error) || ('code' in error && isGatewayCode(error.code)))
    return error
  const { statusCode, message } = error
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return error
  const next = 'next' in error && typeof error.next === 'string' ? error.next : askOwner(name, message)
  return Object.assign(new PackageDenial(message, next), { statusCode, rule: `package:${name}` })
}

/** The default remedy, in the style of the package's message. */
function askOwner(name: string, message: string): string {
  const whom = `the maintainers of the policy package ${name}`
  return /[.!?]$/.test(message) ? `Ask ${whom}.` : `ask ${whom}`
}

function isGatewayCode(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('RGW_')
}

/**
 * Rejects routes outside the prefix of a package. A package that breaks out of its Fastify scope could create such
 * routes.
 *
 * @returns a function that sets the package that is being registered
 */
function restrictRoutes(app: FastifyInstance): (one: LoadedPackage | null) => void {
  let current: LoadedPackage | null = null
  app.addHook('onRoute', function rejectOutsidePrefix({ url }) {
    if (current === null) return
    const prefix = packagePrefix(current.policy.name)
    if (url !== prefix && !url.startsWith(`${prefix}/`))
      throw new UnusablePolicyPackage(current.entry, `its route ${url} is not below ${prefix}`)
  })
  return (one) => {
    current = one
  }
}

/** The caller sent the credential to the gateway, not to the package. */
function deleteCredentials({ raw }: FastifyRequest): void {
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
      if (principal === null) throw new Error('a route without authentication has no caller')
      const scope = { rack, app, scope: app === null ? 'rack' : 'app' } as const
      return packagePrincipalOf(principal, policy.rolesAt(principal, scope, { at: now(), address }))
    },
    record: async (request: FastifyRequest, detail: RecordedDetail) => record(request, recordedDetail(name, detail)),
  })
}
