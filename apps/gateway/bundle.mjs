// Bundles the server's programs into `dist/`, because Node loads a few files faster than 1,700 modules.
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeFiles } from '../cli/build/write-files.mjs'

const directory = fileURLToPath(new URL('.', import.meta.url))
const outdir = join(directory, 'dist')

const { outputFiles } = await build({
  absWorkingDir: directory,
  outdir,
  // The thread and the child processes are started from files in the same directory, so all names are flat.
  entryPoints: {
    main: 'src/main.ts',
    'rack-gateway-server': 'src/admin-cli/main.ts',
    'return-handles': 'src/listening/return-handles.ts',
    'study-process': 'src/policy-study/study-process.ts',
    'verifier-thread': '../../packages/audit/src/checkpoints/verifier-thread.ts',
  },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  // CommonJS dependencies load Node's modules with `require`.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
  logLevel: 'warning',
  write: false,
})
writeFiles(outdir, new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])))
