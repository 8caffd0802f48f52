// Makes `dist/`, which is what is shipped. What a wrapped command waits for is few files, each whole: every further
// file costs half a millisecond. All the rest shares its parts, and is read by the commands that need it.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { common, here, itsVersion, lateModules, modulesByName, quick, within } from './build/options.mjs'
import { writePackage } from './build/package.mjs'

const outdir = join(here, 'dist')
rmSync(outdir, { recursive: true, force: true })

const withinFiles = new Map([...within, ['judgement', 'src/precheck/kept-judgement.ts']])
const { judgement, ...asking } = quick
const waitedFor = { main: 'src/main.ts', ...asking }

/**
 * What else is imported when it is needed stays a file of its own: where it is written, by its name. A script is required:
 * `import` would look for its exports first, with code that Node then optimizes for longer than the script takes to load,
 * and waits for when it ends.
 */
const apartModules = modulesByName()
const apart = {
  name: 'apart',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, namespace, path, resolveDir }) => {
      if (namespace === 'required') return { path, external: true }
      if (kind !== 'dynamic-import') return
      const name = basename(path, '.ts')
      if (withinFiles.has(name)) return { path: join(here, withinFiles.get(name)) }
      apartModules.add(name, join(resolveDir, path))
      return name in waitedFor
        ? { path: `./${name}.cjs`, namespace: 'required' }
        : { path: `./${name}.mjs`, external: true }
    })
    bundle.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
    }))
  },
}

/** Node loads a CommonJS file sooner than its loader of modules, which is needed for the rest alone. */
const scripts = {
  ...common,
  outdir,
  format: 'cjs',
  legalComments: 'linked',
  plugins: [apart, lateModules, itsVersion],
}
const modules = {
  ...common,
  outdir,
  format: 'esm',
  legalComments: 'linked',
  outExtension: { '.js': '.mjs' },
  plugins: [itsVersion],
  // Dependencies that are CommonJS look for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
}

// What takes longest to compile is a script: only of a script Node keeps how it has compiled all that was used. It is named
// by its content, so what is kept of one is never taken for what is kept of another.
const { metafile } = await build({
  ...scripts,
  entryPoints: { judgement },
  entryNames: '[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  // It is read whole at each command, so names cost more here than anywhere else.
  minifyIdentifiers: true,
  banner: { js: '(function (module, require, moduleUrl) {' },
  footer: { js: '})' },
  define: { 'import.meta.url': 'moduleUrl' },
})
const metafiles = [metafile]
const [judgementScript = ''] = Object.keys(metafile.outputs).map((path) => basename(path))
for (const [name, source] of Object.entries(waitedFor)) {
  const { metafile } = await build({
    ...scripts,
    entryPoints: { [name]: source },
    outExtension: { '.js': '.cjs' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { judgementScript: JSON.stringify(`./${judgementScript}`), 'import.meta.url': 'moduleUrl' },
  })
  metafiles.push(metafile)
}
for (const name of Object.keys(waitedFor)) apartModules.paths.delete(name)
const rest = await build({ ...modules, entryPoints: Object.fromEntries(apartModules.paths), splitting: true })
await build({ ...scripts, entryPoints: { 'rack-gateway': 'src/start.ts' }, supported: { 'dynamic-import': false } })
writePackage(outdir, [...metafiles, rest.metafile])

const sizes = readdirSync(outdir).map((file) => statSync(join(outdir, file)).size)
console.log(
  `dist/rack-gateway.js and ${sizes.length - 1} files more, ${Math.round(sizes.reduce((sum, size) => sum + size) / 1024)} KiB`,
)
