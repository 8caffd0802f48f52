// Builds `dist/`, the npm package. The modules that most commands of convox load are self-contained scripts. All other
// modules have shared chunks, and are loaded on demand.
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { commonOptions, moduleName, packageDirectory, scriptFor, scripts } from './build/options.mjs'
import { packageFiles } from './build/package.mjs'
import { writeFiles } from './build/write-files.mjs'

const options = { ...commonOptions, outdir: join(packageDirectory, 'dist'), legalComments: 'linked' }

/** The source paths of modules that are imported dynamically, by the names of their built files. */
const modules = new Map()
/** Keeps dynamic imports as separate files: scripts are required, modules are imported. */
const splitDynamicImports = {
  name: 'split-dynamic-imports',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, namespace, path, resolveDir }) => {
      if (namespace === 'required') return { path, external: true }
      if (kind !== 'dynamic-import') return
      const source = join(resolveDir, path)
      const script = scriptFor(source)
      if (script !== undefined) return { path: `./${script}.cjs`, namespace: 'required' }
      const name = moduleName(source)
      modules.set(name, source)
      return { path: `./${name}.mjs`, external: true }
    })
    bundle.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
    }))
  },
}

const { main, ...otherScripts } = scripts
const script = {
  ...options,
  format: 'cjs',
  plugins: [splitDynamicImports, ...options.plugins],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
}
const builds = [
  await build({ ...script, entryPoints: { 'rack-gateway': main } }),
  await build({ ...script, entryPoints: otherScripts, outExtension: { '.js': '.cjs' } }),
]
builds.push(
  await build({
    ...options,
    format: 'esm',
    entryPoints: Object.fromEntries(modules),
    splitting: true,
    outExtension: { '.js': '.mjs' },
    // CommonJS dependencies load Node's modules with `require`, which an ES module lacks.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
  }),
)

// The builds are reversed, so that the entry point is written after all files that it loads.
const files = new Map([
  ...builds
    .reverse()
    .flatMap(({ outputFiles }) => outputFiles)
    .map(({ path, contents }) => [basename(path), contents]),
  ...packageFiles(builds.map(({ metafile }) => metafile)),
])
writeFiles(options.outdir, files)
const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0)
console.log(`dist/rack-gateway.js and ${files.size - 1} more files, ${Math.round(bytes / 1024)} KiB`)
