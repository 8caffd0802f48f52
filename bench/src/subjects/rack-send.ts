/** The gateway's forwarding alone: Fastify, the canonical target, the header policy, and rack.send. */
import { readTarget } from '@rack-gateway/convox-api'
import { CallerSignal, createRack, requestHeaders } from '@rack-gateway/rack-registry'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { announce, requiredVariable } from './announce.ts'

const rack = createRack({
  name: 'bench',
  url: new URL(requiredVariable('BENCH_UPSTREAM')),
  token: requiredVariable('BENCH_RACK_TOKEN'),
  tlsInsecure: false,
})
const rules = { allowed: new Set<string>(), encoding: 'identity', actor: 'bench@example.com' } as const
const app = Fastify({ logger: false })

app.removeAllContentTypeParsers()
app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

app.all('/*', async function forward({ raw: request, originalUrl, method }: FastifyRequest, reply: FastifyReply) {
  const target = readTarget(originalUrl)
  if ('rule' in target) return reply.code(400).send({ error: target.reason })
  const headers = requestHeaders(request.rawHeaders, rules)
  const length = request.headers['content-length']
  const body = method === 'GET' ? null : request
  const response = await rack.send(
    {
      method,
      target: target.path + target.search,
      headers,
      body,
      length: length === undefined ? null : Number(length),
    },
    new CallerSignal(),
  )
  reply.hijack()
  const framing = response.length === null ? [] : ['Content-Length', String(response.length)]
  reply.raw.writeHead(response.status, response.statusText, [...response.headers, ...framing])
  await response.pipe(reply.raw)
})

announce({
  url: await app.listen({ host: '127.0.0.1', port: 0 }),
  close: () => app.close().then(() => rack.close()),
})
