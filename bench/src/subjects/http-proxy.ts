/** @fastify/http-proxy with tuned connections, WebSockets, no Expect, and no retry. Decides and records nothing. */
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { Agent } from 'undici'
import { poolSettings } from '../pool-settings.ts'
import { proxyOptions, websocketOptions } from '../proxy-options.ts'
import { announce, requiredVariable } from './announce.ts'

const agent = new Agent(poolSettings)
const app = Fastify({ logger: false })
await app.register(httpProxy, { ...proxyOptions(requiredVariable('BENCH_UPSTREAM'), agent), ...websocketOptions })
announce({
  url: await app.listen({ host: '127.0.0.1', port: 0 }),
  close: () => app.close().then(() => agent.destroy()),
})
