import { apiPrefix } from '@rack-gateway/gateway-api'
import type { FastifyInstance } from 'fastify'
import { docsPage, docsPolicy } from './docs-page.ts'
import { openApiDocument } from './openapi.ts'

/** The OpenAPI document and its page. They need no credential, because they are the same in every installation. */
export default async function managementApiReference(app: FastifyInstance): Promise<void> {
  const document = Buffer.from(JSON.stringify(openApiDocument()))
  const page = Buffer.from(docsPage())
  app.addHook('onRequest', app.limitUnauthenticated)
  app.get(`${apiPrefix}/openapi.json`, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('x-content-type-options', 'nosniff').send(document),
  )
  app.get(`${apiPrefix}/docs`, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', docsPolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(page),
  )
}
