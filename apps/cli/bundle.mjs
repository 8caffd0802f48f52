// Makes `bundle/`, which is what is shipped: few files, so that the command starts at once. What a command doesn't need
// stays in a chunk of its own, and isn't read.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
rmSync(`${here}bundle`, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { 'rack-gateway': 'src/start.ts' },
  outdir: 'bundle',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  conditions: ['@rack-gateway/source'],
  metafile: true,
  // Less to read at each start; names stay, for the stack of a failure.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // Dependencies that are CommonJS look for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
  },
})
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(
  `bundle/rack-gateway.js and ${Object.keys(metafile.outputs).length - 1} parts, ${Math.round(bytes / 1024)} KiB`,
)
