import { createHmac, createSecretKey } from 'node:crypto'

declare module 'fastify' {
  interface FastifyInstance {
    bodyDigest: BodyDigest
  }
}

/** The digest of a body, in hex. */
export type BodyDigest = (body: Buffer) => string

/**
 * HMAC-SHA-256 of bodies. With a plain digest, a reader of the log could guess the body of a short form, such as a
 * registry's password.
 */
export function createBodyDigest(bytes: Buffer): BodyDigest {
  const key = createSecretKey(bytes)
  return (body) => createHmac('sha256', key).update(body).digest('hex')
}
