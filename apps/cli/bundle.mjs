// Makes `dist/`, which is what is shipped. What a wrapped command waits for is a few scripts, each whole. All the rest are
// modules that share their parts, and are read by the commands that need them.
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { common, here, moduleName, scriptAt, scripts } from './build/options.mjs'
import { packageFiles } from './build/package.mjs'
import { writeFiles } from './build/write-files.mjs'

const options = { ...common, outdir: join(here, 'dist'), legalComments: 'linked' }

/** Modules that are imported when they are needed, by the names of their files. */
const modules = new Map()
/** Leaves what is imported when it is needed a file of its own: a script is required, all else is a module. */
const inFilesOfTheirOwn = {
  name: 'in-files-of-their-own',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, namespace, path, resolveDir }) => {
      if (namespace === 'required') return { path, external: true }
      if (kind !== 'dynamic-import') return
      const source = join(resolveDir, path)
      const script = scriptAt(source)
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

const { main, ...later } = scripts
const script = {
  ...options,
  format: 'cjs',
  plugins: [inFilesOfTheirOwn, ...options.plugins],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
}
const built = [
  await build({ ...script, entryPoints: { 'rack-gateway': main } }),
  await build({ ...script, entryPoints: later, outExtension: { '.js': '.cjs' } }),
]
built.push(
  await build({
    ...options,
    format: 'esm',
    entryPoints: Object.fromEntries(modules),
    splitting: true,
    outExtension: { '.js': '.mjs' },
    // Dependencies that are CommonJS look for Node's modules by `require`.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
  }),
)

// The start comes last: what it loads is there by then.
const files = new Map([
  ...built
    .reverse()
    .flatMap(({ outputFiles }) => outputFiles)
    .map(({ path, contents }) => [basename(path), contents]),
  ...packageFiles(built.map(({ metafile }) => metafile)),
])
writeFiles(options.outdir, files)
const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0)
console.log(`dist/rack-gateway.js and ${files.size - 1} files more, ${Math.round(bytes / 1024)} KiB`)
