import { createHmac, createSecretKey } from 'node:crypto'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    bodyDigest: BodyDigest
  }
}

/** HMAC-SHA-256, hex. */
export type BodyDigest = (body: Buffer) => string

export default fp<{ readonly key: Buffer }>(
  async function bodyDigest(app, { key }) {
    app.decorate('bodyDigest', createBodyDigest(key))
  },
  { name: 'body-digest' },
)

/** With a plain digest, a reader of the log could guess the body of a short form, such as a registry's password. */
function createBodyDigest(bytes: Buffer): BodyDigest {
  const key = createSecretKey(bytes)
  return (body) => createHmac('sha256', key).update(body).digest('hex')
}
