// Makes `dist/`, which is what is shipped. What a wrapped command waits for is few files, each whole: every further
// file costs half a millisecond. All the rest shares its parts, and is read by the commands that need it.
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { common, heldApart, here, itsVersion, lateModules, modulesByName, quick, within } from './build/options.mjs'
import { writePackage } from './build/package.mjs'

const outdir = join(here, 'dist')
rmSync(outdir, { recursive: true, force: true })
mkdirSync(outdir)

const withinFiles = new Map([...within, ['judgement', 'src/precheck/kept-judgement.ts']])
const { judgement, ...waitedFor } = quick

/** What else is imported when it is needed stays a file of its own: where it is written, by its name. */
const apartModules = modulesByName()
const apart = {
  name: 'apart',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return
      const name = basename(path, '.ts')
      if (withinFiles.has(name)) return { path: join(here, withinFiles.get(name)) }
      apartModules.add(name, join(resolveDir, path))
      return { path: `./${name}.${name in waitedFor ? 'cjs' : 'mjs'}`, external: true }
    })
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

const metafiles = []

/**
 * What takes longest to compile is a script: only of a script Node keeps how it has compiled all that was used. It is named
 * by its content, so what is kept of one is never taken for what is kept of another.
 *
 * @returns the name of its file, as what runs it knows it
 */
async function buildKept(name, source, options) {
  const { outputFiles, metafile } = await build({
    ...scripts,
    entryPoints: { [name]: source },
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    banner: { js: '(function (module, require, moduleUrl, importModule, runKept, keepCode) {' },
    footer: { js: '})' },
    define: { 'import.meta.url': 'moduleUrl', ...options.define },
    write: false,
    ...options,
  })
  const [script] = outputFiles.filter(({ path }) => path.endsWith('.cjs'))
  for (const { path, text } of outputFiles) {
    const code = text.replaceAll(/\bimport\((?="\.\/[a-z-]+\.[cm]js"\))/g, 'importModule(')
    writeFileSync(path, path === script.path ? heldApart(code) : code)
  }
  metafiles.push(metafile)
  return JSON.stringify(`./${basename(script.path)}`)
}
// It is read whole at each command, so names cost more here than anywhere else.
const judgementScript = await buildKept('judgement', judgement, { minifyIdentifiers: true })
const define = { judgementScript, 'import.meta.url': 'moduleUrl' }
const mainScript = await buildKept('main', 'src/main.ts', { define })
for (const [name, source] of Object.entries(waitedFor)) {
  const { metafile } = await build({
    ...scripts,
    entryPoints: { [name]: source },
    outExtension: { '.js': '.cjs' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define,
  })
  metafiles.push(metafile)
}
for (const name of Object.keys(waitedFor)) apartModules.paths.delete(name)
const rest = await build({ ...modules, entryPoints: Object.fromEntries(apartModules.paths), splitting: true })
const { metafile } = await build({
  ...scripts,
  entryPoints: { 'rack-gateway': 'src/start.ts' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { mainScript, 'import.meta.url': 'moduleUrl' },
  // It imports for what it runs.
  logOverride: { ...common.logOverride, 'unsupported-dynamic-import': 'silent' },
})
writePackage(outdir, [...metafiles, rest.metafile, metafile])

const sizes = readdirSync(outdir).map((file) => statSync(join(outdir, file)).size)
console.log(
  `dist/rack-gateway.js and ${sizes.length - 1} files more, ${Math.round(sizes.reduce((sum, size) => sum + size) / 1024)} KiB`,
)
