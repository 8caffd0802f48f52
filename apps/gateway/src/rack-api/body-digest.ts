import { createHmac, createSecretKey } from 'node:crypto'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    bodyDigest: BodyDigest
  }
}

/** The digest of a body, in hex. */
export type BodyDigest = (body: Buffer) => string

export interface BodyDigestOptions {
  readonly key: Buffer
}

/** Decorates `bodyDigest`, for events and for proofs of one call. */
export default fp<BodyDigestOptions>(
  async function bodyDigest(app, { key }) {
    app.decorate('bodyDigest', createBodyDigest(key))
  },
  { name: 'body-digest' },
)

/**
 * HMAC-SHA-256 of bodies. With a plain digest, a reader of the log could guess the body of a short form, such as a
 * registry's password.
 */
function createBodyDigest(bytes: Buffer): BodyDigest {
  const key = createSecretKey(bytes)
  return (body) => createHmac('sha256', key).update(body).digest('hex')
}
