import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { commonOptions, moduleName, nativePackages, packageDirectory, scriptFor, scripts } from './options.mjs'

/** An executable contains no native packages. Importing one throws, as it does where the package is not installed. */
const withoutNativePackages = {
  name: 'without-native-packages',
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
  ...commonOptions,
  outdir: packageDirectory,
  outExtension: { '.js': '.cjs' },
  external: [],
  format: 'cjs',
  plugins: [...commonOptions.plugins, withoutNativePackages],
  // A single executable cannot import modules. It can only require Node's own modules.
  supported: { 'dynamic-import': false },
  // Packages read the URL of their own file. In a single executable, the URL is that of the executable.
  define: { 'import.meta.url': 'moduleUrl', 'import.meta.resolve': 'undefined' },
}
const moduleUrl = "const moduleUrl = require('node:url').pathToFileURL(process.execPath).href;"
const functionWrapper = {
  banner: { js: `(function (module, require, requireEmbedded) {${moduleUrl}` },
  footer: { js: '})' },
}

/**
 * Builds the code of a single executable. `start` runs first, and loads the scripts on demand. The script `rest`
 * contains all modules that have no script of their own.
 *
 * @returns {Promise<{ start: Uint8Array, scripts: Map<string, Uint8Array>, metafile: object }>} the scripts by name,
 *   and esbuild's combined metafile
 */
export async function buildExecutableScripts() {
  const restModules = new Map()
  const namedScripts = await build({
    ...options,
    ...functionWrapper,
    plugins: [embedDynamicImports(restModules), ...options.plugins],
    entryPoints: scripts,
  })
  // Without `embedDynamicImports`, esbuild bundles dynamic imports, too. So `rest` also contains the modules that its
  // modules import dynamically.
  const stdin = { contents: lazyModules(restModules), resolveDir: packageDirectory, sourcefile: 'rest.js' }
  const rest = await build({
    ...options,
    ...functionWrapper,
    stdin,
    outdir: undefined,
    outfile: join(packageDirectory, 'rest.cjs'),
  })
  const start = await build({ ...options, entryPoints: { start: 'src/start-executable.ts' } })
  const builds = [namedScripts, rest, start]
  const metafile = {
    inputs: withoutVirtualModules(Object.assign({}, ...builds.map(({ metafile }) => metafile.inputs))),
    outputs: withoutVirtualModules(Object.assign({}, ...builds.map(({ metafile }) => metafile.outputs))),
  }
  rejectExternals(metafile)
  const [code] = start.outputFiles
  return { start: code.contents, scripts: byName([...namedScripts.outputFiles, ...rest.outputFiles]), metafile }
}

function byName(files) {
  return new Map(files.map(({ path, contents }) => [basename(path, '.cjs'), contents]))
}

/** Replaces dynamic imports by calls that load embedded scripts. Adds the modules of `rest` to `restModules`. */
function embedDynamicImports(restModules) {
  return {
    name: 'embed-dynamic-imports',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return
        const source = join(resolveDir, path)
        const name = scriptFor(source) ?? moduleName(source)
        if (!(name in scripts)) restModules.set(name, source)
        return { path: name, namespace: 'embedded' }
      })
      bundle.onLoad({ filter: /./, namespace: 'embedded' }, ({ path }) => ({ contents: embeddedExports(path) }))
    },
  }
}

function embeddedExports(name) {
  const key = JSON.stringify(name)
  return name in scripts
    ? `module.exports = requireEmbedded(${key})`
    : `module.exports = requireEmbedded('rest')[${key}]`
}

/** The source of a module with a getter for each of `modules`, so that a module runs only when it is first used. */
function lazyModules(modules) {
  const getters = [...modules].map(
    ([name, path]) => `get ${JSON.stringify(name)}() { return require(${JSON.stringify(path)}) }`,
  )
  return `module.exports = { ${getters.join(', ')} }`
}

/** @param files by path, from a metafile */
function withoutVirtualModules(files) {
  const isFile = (path) => !/^(?:embedded|native):|^rest\.js$/.test(path)
  return Object.fromEntries(
    Object.entries(files)
      .filter(([path]) => isFile(path))
      .map(([path, { imports, inputs = {}, ...file }]) => [
        path,
        {
          ...file,
          imports: imports.filter(({ path }) => isFile(path)),
          inputs: Object.fromEntries(Object.entries(inputs).filter(([input]) => isFile(input))),
        },
      ]),
  )
}

function rejectExternals({ outputs }) {
  const externals = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
  if (externals.length > 0)
    throw new Error(`A single executable cannot load ${externals.map(({ path }) => path).join(', ')}: bundle it.`)
}
