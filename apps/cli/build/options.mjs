import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of this package, with a slash at its end. */
export const here = fileURLToPath(new URL('..', import.meta.url))

const { version, optionalDependencies = {} } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'))

/** Packages with native modules, one for each system: they aren't bundled, and the command does without them where they aren't. */
export const nativePackages = Object.keys(optionalDependencies)

/** What is shipped is told its version as it is built: a single file has no `package.json` beside it. */
const itsVersion = {
  name: 'its-version',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]apps[\\/]cli[\\/]src[\\/]version\.ts$/ }, () => ({
      contents: `export const version = () => ${JSON.stringify(version)}`,
    }))
  },
}

/** What every way of shipping is built with. */
export const common = {
  absWorkingDir: here,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  external: nativePackages,
  plugins: [itsVersion],
  // Less to read at each start; names stay, for the stack of a failure.
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  write: false,
  // What would be wrong where it runs isn't built.
  logOverride: { 'empty-import-meta': 'error', 'unsupported-dynamic-import': 'error' },
}

/**
 * What a wrapped command may wait for, by the name of its file: the start, and what it imports when it needs it. Each is a
 * CommonJS script, because Node takes 10 ms more to load its first ES module.
 */
export const scripts = {
  main: 'src/main.ts',
  precheck: 'src/convox/precheck/precheck.ts',
  'stored-token': 'src/token-store/stored-token.ts',
  relay: 'src/convox/relay/relay.ts',
  'gateway-dial': 'src/convox/relay/gateway-dial.ts',
}

/** The name of a script for a path; undefined if the path is no script. */
export function scriptAt(path) {
  return Object.keys(scripts).find((name) => join(here, scripts[name]) === path)
}

/** The name of the file that a module becomes: `src/commands/tokens/list.ts` is `commands-tokens-list`. */
export function moduleName(path) {
  return relative(join(here, 'src'), path)
    .replace(/^(\.\.[\\/])+|\.ts$/g, '')
    .replaceAll(sep, '-')
}
