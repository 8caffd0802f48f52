import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig, type Plugin } from 'vite'

/** Compresses the built files once, so that the gateway never compresses a response. */
function precompress(): Plugin {
  let directory = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    closeBundle() {
      for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(?:js|css|svg)$/.test(name)) continue
        const content = readFileSync(join(directory, name))
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
        writeFileSync(join(directory, `${name}.br`), brotliCompressSync(content, quality))
        writeFileSync(join(directory, `${name}.gz`), gzipSync(content, { level: 9 }))
      }
    },
  }
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
  },
})
