import { apiPrefix } from '@rack-gateway/gateway-api'
import fp from 'fastify-plugin'
import { docsPage, docsPolicy } from './docs-page.ts'
import { openApiDocument } from './openapi.ts'

/** Rendered at the first request, once for all gateways of the process. */
const rendered: { document?: Buffer; page?: Buffer } = {}
const openApi = () => (rendered.document ??= Buffer.from(JSON.stringify(openApiDocument())))
const page = () => (rendered.page ??= Buffer.from(docsPage()))

/** No credential is needed, because the document is the same in every installation. */
export default fp(
  async function managementApiReference(app) {
    app.addHook('onRequest', app.limitUnauthenticated)
    app.get(`${apiPrefix}/openapi.json`, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(openApi()),
    )
    app.get(`${apiPrefix}/docs`, async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', docsPolicy)
        .header('referrer-policy', 'no-referrer')
        .send(page()),
    )
  },
  {
    encapsulate: true,
    name: 'management-api-reference',
    dependencies: ['unauthenticated-limit'],
  },
)
