import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip as gzipCompress } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig, type Plugin } from 'vite'
import { chunkGroups } from './chunks.ts'

const brotli = promisify(brotliCompress)
const gzip = promisify(gzipCompress)

/** Compresses the built files once, so that the gateway never compresses them. */
function precompress(): Plugin {
  let directory = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    async closeBundle() {
      const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      await Promise.all(
        names.filter((name) => /\.(?:js|css|svg)$/.test(name)).map((name) => compress(join(directory, name))),
      )
    },
  }
}

async function compress(path: string): Promise<void> {
  const content = readFileSync(path)
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
  writeFileSync(`${path}.br`, await brotli(content, { params }))
  writeFileSync(`${path}.gz`, await gzip(content, { level: 9 }))
}

/** Adds a script that runs before the first paint. Vite would warn about a script tag in index.html. */
function themeScript(): Plugin {
  return {
    name: 'theme-script',
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: '/gateway/assets/theme.js' }, injectTo: 'head-prepend' }],
    },
  }
}

export default defineConfig({
  base: '/gateway/',
  // With this condition, imports of other packages resolve to their sources, so they need not be built first.
  resolve: { conditions: ['@rack-gateway/source', ...defaultClientConditions] },
  plugins: [react(), themeScript(), precompress()],
  build: {
    target: 'es2023',
    // The content security policy forbids `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: { output: { codeSplitting: { groups: chunkGroups } } },
  },
})
