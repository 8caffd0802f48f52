/** The gateway's own way to a rack without its other steps: Fastify, the canonical target, the header policy and rack.send. */
import { readTarget } from '@rack-gateway/convox-api'
import { CallerSignal, createRack, requestHeaders } from '@rack-gateway/rack-registry'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { announce, given } from './announce.ts'

const rack = createRack({
  name: 'bench',
  url: new URL(given('BENCH_UPSTREAM')),
  token: given('BENCH_RACK_TOKEN'),
  tlsInsecure: false,
})
const rules = { permitted: new Set<string>(), encoding: 'identity', actor: 'bench@example.com' } as const
const app = Fastify({ logger: false })

app.get('/*', async function forward({ raw: request, originalUrl, method }: FastifyRequest, reply: FastifyReply) {
  const target = readTarget(originalUrl)
  if ('rule' in target) return reply.code(400).send({ error: target.reason })
  const headers = requestHeaders(request.rawHeaders, rules)
  const answer = await rack.send(
    { method, target: target.path + target.search, headers, body: null, length: null },
    new CallerSignal(reply.raw),
  )
  reply.hijack()
  const length = answer.length === null ? [] : ['Content-Length', String(answer.length)]
  reply.raw.writeHead(answer.status, answer.statusText, [...answer.headers, ...length])
  await answer.pipe(reply.raw)
})

announce(await app.listen({ host: '127.0.0.1', port: 0 }), () => app.close().then(() => rack.close()))
