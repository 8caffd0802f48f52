import { createHmac, createSecretKey } from 'node:crypto'
import { runToEnd, type Steps } from '@rack-gateway/convox-api'
import fp from 'fastify-plugin'
import { smallForm } from '../http/body.ts'

declare module 'fastify' {
  interface FastifyInstance {
    bodyDigest: BodyDigest
  }
}

/** HMAC-SHA-256, hex. */
export interface BodyDigest {
  (body: Buffer): string
  /** The digest of parts as one body. The digest of one large part is computed once. */
  inSteps(parts: readonly Buffer[]): Steps<string>
}

export default fp<{ readonly key: Buffer }>(
  async function bodyDigest(app, { key }) {
    app.decorate('bodyDigest', createBodyDigest(key))
  },
  { name: 'body-digest' },
)

/** With a plain digest, a reader of the log could guess the body of a short form, such as a registry's password. */
export function createBodyDigest(bytes: Buffer): BodyDigest {
  const key = createSecretKey(bytes)
  /** The digests of large bodies. */
  const cache = new WeakMap<Buffer, string>()

  function* inSteps(parts: readonly Buffer[]): Steps<string> {
    const [only] = parts
    const cached = only !== undefined && parts.length === 1 ? cache.get(only) : undefined
    if (cached !== undefined) return cached
    const hmac = createHmac('sha256', key)
    for (const part of parts)
      for (let at = 0; at < part.length; at += hashedAtOnce) {
        hmac.update(part.subarray(at, at + hashedAtOnce))
        yield
      }
    const digest = hmac.digest('hex')
    if (only !== undefined && parts.length === 1 && only.length > smallForm) cache.set(only, digest)
    return digest
  }

  function digestOf(body: Buffer): string {
    if (body.length > smallForm) return runToEnd(inSteps([body]))
    return createHmac('sha256', key).update(body).digest('hex')
  }

  return Object.assign(digestOf, { inSteps })
}

/** Bytes. */
const hashedAtOnce = 64 * 1024
