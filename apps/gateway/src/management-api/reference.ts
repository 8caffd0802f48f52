import type { FastifyInstance } from 'fastify'
import { docsPage, docsPolicy } from './docs-page.ts'
import { apiPrefix } from './endpoints.ts'
import { openApiDocument } from './openapi.ts'

/** What the API looks like, for everyone: it is the same in every installation, and made once. */
export default async function ownApiReference(app: FastifyInstance): Promise<void> {
  const document = Buffer.from(JSON.stringify(openApiDocument()))
  const page = Buffer.from(docsPage())
  app.addHook('onRequest', app.limitStranger)
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
