// Makes `bundle/`, which is what is shipped. What a wrapped command waits for is few files, each whole: every further
// file costs half a millisecond. All the rest shares its parts, and is read by the commands that need it.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
rmSync(`${here}bundle`, { recursive: true, force: true })

/** What every check before convox needs is in the file that is read anyway. */
const within = new Map([
  ['precheck', 'src/precheck/precheck.ts'],
  ['judgement', 'src/precheck/kept-judgement.ts'],
])

/** What else is imported when it is needed stays a file of its own: where it is written, by its name. */
const apartNames = new Map()
const apart = {
  name: 'apart',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return
      const name = basename(path, '.ts')
      if (within.has(name)) return { path: join(here, within.get(name)) }
      apartNames.set(name, join(resolveDir, path))
      return { path: `./${name}.js`, external: true }
    })
  },
}

/** Modules of Node that take milliseconds to load, and that most commands never call: loaded by the first call. */
const lazily = {
  'node:crypto': `export const createHash = (...of) => require('node:crypto').createHash(...of)
    export const randomUUID = (...of) => require('node:crypto').randomUUID(...of)`,
  'node:net': `export const isIP = (...of) => require('node:net').isIP(...of)
    export function BlockList() { return new (require('node:net').BlockList)() }`,
}
const lazyModules = {
  name: 'lazy-modules',
  setup(bundle) {
    bundle.onResolve({ filter: /^node:(?:crypto|net)$/ }, ({ path, namespace }) =>
      namespace === 'lazily' ? { path, external: true } : { path, namespace: 'lazily' },
    )
    bundle.onLoad({ filter: /./, namespace: 'lazily' }, ({ path }) => ({ contents: lazily[path] }))
  },
}

const common = {
  absWorkingDir: here,
  outdir: 'bundle',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  // Of several native modules, it loads the one for the system that it runs on.
  external: ['@napi-rs/keyring'],
  // Less to read at each start; names stay, for the stack of a failure.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // Dependencies that are CommonJS look for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
}
// What takes longest to compile is a script: only of a script Node keeps how it has compiled all that was used. It is named
// by its content, so what is kept of one is never taken for what is kept of another.
const { metafile } = await build({
  ...common,
  entryPoints: { judgement: 'src/precheck/judgement.ts' },
  entryNames: '[name]-[hash]',
  metafile: true,
  plugins: [apart, lazyModules],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // It is read whole at each command, so names cost more here than anywhere else.
  minifyIdentifiers: true,
  banner: { js: '(function (module, require, moduleUrl) {' },
  footer: { js: '})' },
  define: { 'import.meta.url': 'moduleUrl' },
})
const [judgementScript = ''] = Object.keys(metafile.outputs).map((path) => basename(path))
const quick = {
  'rack-gateway': 'src/start.ts',
  main: 'src/main.ts',
  'judgement-anew': 'src/precheck/judgement-anew.ts',
  refresh: 'src/precheck/refresh.ts',
  'kept-token': 'src/token-store/kept-token.ts',
}
for (const [name, source] of Object.entries(quick))
  await build({
    ...common,
    entryPoints: { [name]: source },
    plugins: [apart, lazyModules],
    define: { judgementScript: JSON.stringify(`./${judgementScript}`) },
  })
for (const name of Object.keys(quick)) apartNames.delete(name)
await build({ ...common, entryPoints: Object.fromEntries(apartNames), splitting: true })

const sizes = readdirSync(`${here}bundle`).map((file) => statSync(`${here}bundle/${file}`).size)
console.log(
  `bundle/rack-gateway.js and ${sizes.length - 1} files more, ${Math.round(sizes.reduce((sum, size) => sum + size) / 1024)} KiB`,
)
