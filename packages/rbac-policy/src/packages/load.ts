import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { reasonOf } from '@rack-gateway/errors'
import { InvalidPolicyPackage, UnusablePolicyPackage } from '../errors/errors.ts'
import { definePolicy } from './define-policy.ts'
import type { LoadedPackage } from './loaded-package.ts'
import type { PolicyDefinition, PolicyPackage } from './types.ts'

export interface LoadOptions {
  /** The base of relative paths, and the first directory to resolve npm packages from. */
  readonly directory: string
  /** A file of the gateway, from whose directory npm packages are resolved second. */
  readonly gatewayFile: string
}

/**
 * Loads the packages of POLICY_PACKAGES in their order.
 *
 * @param entries paths that begin with `.` or are absolute, and names of npm packages
 * @throws UnusablePolicyPackage for the first unusable package
 */
export async function loadPolicyPackages(entries: readonly string[], options: LoadOptions): Promise<LoadedPackage[]> {
  if (entries.length > 0) provideOwnRbacPolicy()
  const loaded: LoadedPackage[] = []
  for (const entry of entries) {
    const one = await loadPackage(entry, options)
    const other = loaded.find(({ policy }) => policy.name === one.policy.name)
    if (other)
      throw new UnusablePolicyPackage(entry, `${other.entry} has the same name, ${one.policy.name}: rename one of them`)
    loaded.push(one)
  }
  return loaded
}

async function loadPackage(entry: string, options: LoadOptions): Promise<LoadedPackage> {
  const file = isPath(entry) ? resolve(options.directory, entry) : resolveName(entry, options)
  const bytes = contentOf(entry, file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { policy: policyOf(entry, await importFile(entry, file)), entry, version: packageVersionOf(file), sha256 }
}

function isPath(entry: string): boolean {
  return entry.startsWith('.') || isAbsolute(entry)
}

function contentOf(entry: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : `it cannot be read (${codeOf(error)})`
    throw new UnusablePolicyPackage(entry, `${why} at ${file}: correct the path`)
  }
}

function resolveName(name: string, { directory, gatewayFile }: LoadOptions): string {
  for (const from of [join(directory, 'package.json'), gatewayFile]) {
    const found = resolveFrom(name, from)
    if (found !== null) return found
  }
  throw new UnusablePolicyPackage(
    name,
    `there is no npm package with this name in ${directory} or in the directory of the gateway: install the package, or start a path with ./`,
  )
}

function resolveFrom(name: string, from: string): string | null {
  const { resolve: find } = createRequire(from)
  try {
    return find(name)
  } catch (error) {
    if (codeOf(error) !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return null
    return resolveForImport(name, find.paths(name) ?? [])
  }
}

/** Finds a package whose exports are only for `import`, so that `require` can't resolve it. */
function resolveForImport(name: string, directories: readonly string[]): string | null {
  for (const directory of directories) {
    const manifest = readManifest(join(directory, name, 'package.json'))
    const target = manifest && importTarget(manifest.exports)
    if (target) return join(directory, name, target)
  }
  return null
}

function importTarget(exported: unknown): string | null {
  if (typeof exported === 'string') return exported
  if (typeof exported !== 'object' || exported === null) return null
  for (const condition of ['.', 'node', 'import', 'default']) {
    const target = importTarget((exported as Record<string, unknown>)[condition])
    if (target !== null) return target
  }
  return null
}

async function importFile(entry: string, file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    throw new UnusablePolicyPackage(entry, whyNotImported(error, file))
  }
}

function whyNotImported(error: unknown, file: string): string {
  if (error instanceof InvalidPolicyPackage) return error.explanation.reason
  if (codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `this version of Node cannot run ${extname(file)} files: compile it to .mjs, or use Node 22.18 or newer`
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'it threw a value that is not an Error'
  return `it could not be loaded (${message.split('\n', 1).join('').slice(0, 300)}): correct it; "node ${file}" shows the line`
}

function policyOf(entry: string, module: unknown): PolicyPackage {
  const exported = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
  if (exported === undefined)
    throw new UnusablePolicyPackage(entry, 'it has no default export: write "export default definePolicy({ … })"')
  try {
    return definePolicy(exported as PolicyDefinition)
  } catch (error) {
    throw new UnusablePolicyPackage(entry, reasonOf(error, 'it could not be read'))
  }
}

/**
 * The version in the nearest package.json, in the directory of the file or above it. Null if that package.json has no
 * version, or there is none.
 */
function packageVersionOf(file: string): string | null {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const manifest = readManifest(join(directory, 'package.json'))
    if (manifest) return typeof manifest.version === 'string' ? manifest.version : null
    if (dirname(directory) === directory) return null
  }
}

function readManifest(path: string): Record<string, unknown> | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

let provided = false

/**
 * Policy packages can import `@rack-gateway/rbac-policy/…` from any directory. If the module is not installed there,
 * they get the gateway's own copy. So a file that is mounted into a container needs no node_modules.
 */
function provideOwnRbacPolicy(): void {
  if (provided) return
  provided = true
  register(`data:text/javascript,${encodeURIComponent(resolveHook(import.meta.url))}`)
}

/** @see https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve */
function resolveHook(gatewayModule: string): string {
  return `export async function resolve(specifier, context, next) {
    if (!specifier.startsWith('@rack-gateway/rbac-policy/')) return next(specifier, context)
    try {
      return await next(specifier, context)
    } catch {
      return next(specifier, { ...context, parentURL: ${JSON.stringify(gatewayModule)} })
    }
  }`
}
