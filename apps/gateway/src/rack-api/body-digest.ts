import { createHmac, createSecretKey } from 'node:crypto'

declare module 'fastify' {
  interface FastifyInstance {
    bodyDigest: BodyDigest
  }
}

/** What an event says of a body, in hex. */
export type BodyDigest = (body: Buffer) => string

/**
 * HMAC-SHA-256 of bodies. Whoever has the key can hold a body against an event. Whoever reads the log alone can't: a plain
 * digest of a short form, such as that of a registry's password, could be guessed at.
 */
export function createBodyDigest(bytes: Buffer): BodyDigest {
  const key = createSecretKey(bytes)
  return (body) => createHmac('sha256', key).update(body).digest('hex')
}
