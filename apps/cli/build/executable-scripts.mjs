import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import {
  common,
  heldApart,
  here,
  itsVersion,
  lateModules,
  modulesByName,
  nativePackages,
  quick,
  within,
} from './options.mjs'

const options = {
  ...common,
  external: [],
  format: 'cjs',
  // What runs in an executable can't import; it can require what Node has.
  supported: { 'dynamic-import': false },
  // Packages ask for the place of their file. Nothing in a single executable has one of its own.
  define: { 'import.meta.url': 'moduleUrl', 'import.meta.resolve': 'undefined' },
}
const moduleUrl = "const moduleUrl = require('node:url').pathToFileURL(process.execPath).href;"
const asFunction = {
  banner: { js: `(function (module, require, carried) {${moduleUrl}` },
  footer: { js: '})' },
}
const waitedFor = { main: 'src/main.ts', ...quick }

/**
 * Builds what a single executable carries: `start.cjs`, which it runs, and scripts that are taken from it when something of
 * them is needed. What a wrapped command may wait for is a script each; `rest.cjs` is everything else.
 *
 * @param outdir an absolute path
 * @returns {Promise<{ scripts: string[], metafile: object }>} the names of the scripts beside `start.cjs`, and esbuild's account of all of them
 */
export async function buildExecutableScripts(outdir) {
  const rest = modulesByName()
  const plugins = [carried(rest), ...always]
  const outfile = (name) => join(outdir, `${name}.cjs`)
  const built = []
  for (const [name, source] of Object.entries(waitedFor))
    built.push(await build({ ...options, ...asFunction, plugins, entryPoints: [source], outfile: outfile(name) }))
  for (const name of Object.keys(quick)) rest.paths.delete(name)
  const stdin = { contents: gathered(rest.paths), resolveDir: here, sourcefile: 'rest.js' }
  // What the rest imports is in the rest.
  built.push(await build({ ...options, ...asFunction, plugins: always, stdin, outfile: outfile('rest') }))
  for (const path of ['main', 'judgement'].map(outfile)) writeFileSync(path, heldApart(readFileSync(path, 'utf8')))
  const scripts = [...Object.keys(waitedFor), 'rest']
  const scriptsDigest = JSON.stringify(digest(scripts.map(outfile)))
  built.push(
    await build({
      ...options,
      plugins: always,
      entryPoints: ['src/start-executable.ts'],
      outfile: outfile('start'),
      define: { ...options.define, scriptsDigest },
    }),
  )
  const metafile = {
    inputs: withoutMadeUp(Object.assign({}, ...built.map(({ metafile }) => metafile.inputs))),
    outputs: withoutMadeUp(Object.assign({}, ...built.map(({ metafile }) => metafile.outputs))),
  }
  refuseForeign(metafile)
  return { scripts, metafile }
}

function digest(paths) {
  const hash = createHash('sha256')
  for (const path of paths) hash.update(readFileSync(path))
  return hash.digest('hex').slice(0, 16)
}

/** An executable has no native modules beside it: who imports one gets what they get where it isn't installed. */
const noNativePackages = {
  name: 'no-native-packages',
  setup(bundle) {
    bundle.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      nativePackages.includes(path) ? { path, namespace: 'native' } : undefined,
    )
    bundle.onLoad({ filter: /./, namespace: 'native' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of a single executable`)})`,
    }))
  },
}
const always = [lateModules, itsVersion, noNativePackages]

/** What is imported when it is needed is taken from the script that carries it. */
function carried(rest) {
  return {
    name: 'carried',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return
        const name = basename(path, '.ts')
        if (within.has(name)) return { path: join(here, within.get(name)) }
        rest.add(name, join(resolveDir, path))
        return { path: name, namespace: 'carried' }
      })
      bundle.onLoad({ filter: /./, namespace: 'carried' }, ({ path }) => ({ contents: takenFrom(path) }))
    },
  }
}

function takenFrom(name) {
  const asked = JSON.stringify(name)
  return name in quick ? `module.exports = carried(${asked})` : `module.exports = carried('rest')[${asked}]`
}

/** A module with modules by name, each of which runs when it is asked for. */
function gathered(modules) {
  const getters = [...modules].map(
    ([name, path]) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(path)}) }`,
  )
  return `module.exports = { ${getters.join(', ')} }`
}

/** What this build makes up on its way is no part of what ships. @param files by path */
function withoutMadeUp(files) {
  const isFile = (path) => !/^(?:late|carried|native):|^rest\.js$/.test(path)
  return Object.fromEntries(
    Object.entries(files)
      .filter(([path]) => isFile(path))
      .map(([path, { imports, inputs = {}, ...file }]) => [
        path,
        {
          ...file,
          imports: imports.filter((one) => isFile(one.path)),
          inputs: Object.fromEntries(Object.entries(inputs).filter(([input]) => isFile(input))),
        },
      ]),
  )
}

/** Only what Node itself has can be loaded by name from within an executable. */
function refuseForeign({ outputs }) {
  const foreign = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
  if (foreign.length > 0)
    throw new Error(`a single executable can't load ${foreign.map(({ path }) => path).join(', ')}: bundle it`)
}
