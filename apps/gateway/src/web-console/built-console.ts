import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { contentSecurityPolicy } from './content-security-policy.ts'
import type { WebConsoleSource } from './source.ts'

export function builtConsole(): WebConsoleSource {
  const directory = dirname(fileURLToPath(import.meta.resolve('@rack-gateway/web/index.html')))
  const page = join(directory, 'index.html')
  // Read once: a page and its scripts always belong to the same build.
  const document = existsSync(page) ? readFileSync(page) : null
  return {
    document: async () => document,
    contentSecurityPolicy,
    async files(app) {
      if (document === null) return
      await app.register(fastifyStatic, {
        root: join(directory, 'assets'),
        prefix: '/gateway/assets/',
        index: false,
        decorateReply: false,
        preCompressed: true,
        cacheControl: false,
        setHeaders(response, path) {
          response.header('cache-control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
          response.header('cross-origin-resource-policy', 'same-origin')
        },
      })
    },
  }
}

/** Vite puts a digest of the content into the name of every file that it builds. */
function isHashed(path: string): boolean {
  return /-[\w-]{8}\.\w+(?:\.br|\.gz)?$/.test(path)
}
