import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import httpProxy from '@fastify/http-proxy'
import type { WebConsoleSource } from '@rack-gateway/gateway'
import type { FastifyInstance } from 'fastify'
import { createServer, type ViteDevServer } from 'vite'
import { freePort } from './free-port.ts'

const hotReloadPath = 'hot-reload'
/** Paths below /gateway/ that Vite's development server serves. The gateway serves all other paths. */
const prefixes = ['@vite', '@react-refresh', '@id', '@fs', 'src', 'node_modules', 'assets', hotReloadPath]

/** Vite uses inline scripts and styles. Only the demo sends this policy, and only with the document of Vite. */
const relaxedPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the web console from its sources. Vite's development server runs on loopback, behind the gateway's origin. */
export function webDevServer(): WebConsoleSource {
  const root = fileURLToPath(new URL('../../web', import.meta.url))
  let vite: ViteDevServer | undefined
  return {
    async document() {
      const html = await readFile(join(root, 'index.html'), 'utf8')
      return vite?.transformIndexHtml('/gateway/', html) ?? null
    },
    contentSecurityPolicy: relaxedPolicy,
    async files(app) {
      const port = await freePort()
      vite = await createServer({
        root,
        configFile: join(root, 'vite.config.ts'),
        logLevel: 'warn',
        clearScreen: false,
        server: { host: '127.0.0.1', port, strictPort: true, hmr: { path: hotReloadPath } },
      })
      app.addHook('onClose', () => vite?.close())
      await vite.listen()
      const gatewayListeners = app.server.rawListeners('upgrade')
      for (const prefix of prefixes)
        await app.register(httpProxy, {
          upstream: `http://127.0.0.1:${port}`,
          prefix: `/gateway/${prefix}`,
          rewritePrefix: `/gateway/${prefix}`,
          httpMethods: ['GET'],
          proxyPayloads: false,
          websocket: prefix === hotReloadPath,
          // Vite needs no cookie.
          replyOptions: { rewriteRequestHeaders: (_request, { cookie: _, ...headers }) => headers },
        })
      separateHotReload(app, gatewayListeners)
    },
  }
}

/** Without this function, both the proxy and the gateway would answer each upgrade. */
function separateHotReload(app: FastifyInstance, gatewayListeners: readonly unknown[]): void {
  type Listener = (request: IncomingMessage, ...others: unknown[]) => void
  const listeners = app.server.rawListeners('upgrade') as Listener[]
  app.server.removeAllListeners('upgrade')
  app.server.on('upgrade', (request: IncomingMessage, ...others: unknown[]) => {
    const isHotReload = request.url?.startsWith(`/gateway/${hotReloadPath}`) === true
    for (const listener of listeners)
      if (gatewayListeners.includes(listener) !== isHotReload) listener.call(app.server, request, ...others)
  })
}
