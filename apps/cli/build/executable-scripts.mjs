import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { common, here, moduleName, nativePackages, scriptAt, scripts } from './options.mjs'

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

const options = {
  ...common,
  outdir: here,
  outExtension: { '.js': '.cjs' },
  external: [],
  format: 'cjs',
  plugins: [...common.plugins, noNativePackages],
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

/**
 * Builds what a single executable carries: `start`, which it runs, and scripts that are taken from it when something of
 * them is needed. What a wrapped command may wait for is a script each; `rest` is everything else.
 *
 * @returns {Promise<{ start: Uint8Array, scripts: Map<string, Uint8Array>, metafile: object }>} the scripts by name, and esbuild's account of all of them
 */
export async function buildExecutableScripts() {
  const rest = new Map()
  const waitedFor = await build({
    ...options,
    ...asFunction,
    plugins: [carried(rest), ...options.plugins],
    entryPoints: scripts,
  })
  // What the rest imports is in the rest.
  const stdin = { contents: gathered(rest), resolveDir: here, sourcefile: 'rest.js' }
  const others = await build({ ...options, ...asFunction, stdin, outdir: undefined, outfile: join(here, 'rest.cjs') })
  const start = await build({ ...options, entryPoints: { start: 'src/start-executable.ts' } })
  const built = [waitedFor, others, start]
  const metafile = {
    inputs: withoutMadeUp(Object.assign({}, ...built.map(({ metafile }) => metafile.inputs))),
    outputs: withoutMadeUp(Object.assign({}, ...built.map(({ metafile }) => metafile.outputs))),
  }
  refuseForeign(metafile)
  const [code] = start.outputFiles
  return { start: code.contents, scripts: byName([...waitedFor.outputFiles, ...others.outputFiles]), metafile }
}

function byName(files) {
  return new Map(files.map(({ path, contents }) => [basename(path, '.cjs'), contents]))
}

/** What is imported when it is needed is taken from the script that carries it. */
function carried(rest) {
  return {
    name: 'carried',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return
        const source = join(resolveDir, path)
        const name = scriptAt(source) ?? moduleName(source)
        if (!(name in scripts)) rest.set(name, source)
        return { path: name, namespace: 'carried' }
      })
      bundle.onLoad({ filter: /./, namespace: 'carried' }, ({ path }) => ({ contents: takenFrom(path) }))
    },
  }
}

function takenFrom(name) {
  const asked = JSON.stringify(name)
  return name in scripts ? `module.exports = carried(${asked})` : `module.exports = carried('rest')[${asked}]`
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
  const isFile = (path) => !/^(?:carried|native):|^rest\.js$/.test(path)
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
