import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Of this package, with a slash at its end. */
export const here = fileURLToPath(new URL('..', import.meta.url))

const { version, optionalDependencies = {} } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'))

/** Packages with native modules, one for each system: they aren't bundled, and the command does without them where they aren't. */
export const nativePackages = Object.keys(optionalDependencies)

/** What every way of shipping is built with. */
export const common = {
  absWorkingDir: here,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  external: nativePackages,
  // Less to read at each start; names stay, for the stack of a failure.
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  // What would be wrong where it runs isn't built.
  logOverride: { 'empty-import-meta': 'error', 'unsupported-dynamic-import': 'error' },
}

/** Modules of Node that take up to milliseconds to load, and that most commands never use: loaded by the first use of something of theirs. */
const late = ['crypto', 'http', 'https', 'net', 'readline', 'stream', 'tls']
export const lateModules = {
  name: 'late-modules',
  setup(bundle) {
    const filter = new RegExp(`^node:(?:${late.join('|')})$`)
    bundle.onResolve({ filter }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    )
    bundle.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: lateForm(path) }))
  },
}

/**
 * @returns a CommonJS module that has what `path` has, and loads it when something of it is asked for. It has nothing itself,
 *   since whoever imports it copies that, property by property, at each start
 */
function lateForm(path) {
  return `module.exports = Object.create(new Proxy({}, { get: (_, name) => require('${path}')[name] }))`
}

/**
 * A script's text with spaces after it. V8 has strings of more than 128 KiB apart from the young objects, of which there is
 * room for 1 MiB until the garbage collector runs: a start of the command comes close to it.
 */
export function heldApart(text) {
  return text.padEnd(132 * 1024)
}

/** What is shipped is told its version as it is built: a single file has no `package.json` beside it. */
export const itsVersion = {
  name: 'its-version',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]apps[\\/]cli[\\/]src[\\/]version\.ts$/ }, () => ({
      contents: `export const version = () => ${JSON.stringify(version)}`,
    }))
  },
}

/** What a wrapped command may wait for, each in a file of its own; what asks the gateway among it. */
export const quick = {
  judgement: 'src/precheck/judgement.ts',
  'judgement-anew': 'src/precheck/judgement-anew.ts',
  refresh: 'src/precheck/refresh.ts',
  'kept-token': 'src/token-store/kept-token.ts',
  'verified-request': 'src/gateway-tls/verified-request.ts',
  relay: 'src/relay/relay.ts',
  'gateway-dial': 'src/relay/gateway-dial.ts',
}

/** What every check before convox needs is in the file that is read anyway. */
export const within = new Map([['precheck', 'src/precheck/precheck.ts']])

/** Modules that are imported when they are needed, each by the name of its file. */
export function modulesByName() {
  const paths = new Map()
  return {
    paths,
    /** @throws Error for two files of one name */
    add(name, path) {
      if ((paths.get(name) ?? path) !== path) throw new Error(`${paths.get(name)} and ${path} need names of their own`)
      paths.set(name, path)
    },
  }
}
