import type { Author, SessionTerms } from '@rack-gateway/auth'
import type { Issuer } from '@rack-gateway/auth/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { NotPermitted, ruled } from '../errors.ts'

/** A session's new token. Shown once. */
export const Renewed = Type.Object({
  token: Type.String(),
  /** RFC 3339. */
  expiresAt: Type.String(),
  /** RFC 3339: when it is time to renew again. */
  renewAt: Type.String(),
})

export interface RenewalOptions {
  readonly issuerFor: (by: Author) => Issuer
  readonly terms: SessionTerms
  readonly now: () => number
}

/** `POST /gateway/api/v1/session/renewal`: a person's session gets a new token and a later end, asked for with its token. */
export default async function renewal(app: FastifyInstance, { issuerFor, terms, now }: RenewalOptions): Promise<void> {
  app.addHook('onRequest', app.authenticate)
  app.post(
    '/gateway/api/v1/session/renewal',
    { schema: { response: { 200: Renewed } } },
    async (request): Promise<Static<typeof Renewed>> => {
      const { principal } = request
      if (!principal) throw new Error('authenticate lets nobody through without a principal')
      const { kind, id, name, credential } = principal
      if (kind !== 'user')
        throw ruled(
          new NotPermitted('only the session of a person is renewed; an API token is rotated by its owner'),
          'not-a-session',
        )
      const { token, expiresAt } = await issuerFor({ kind, id, name }).renewSession(credential, terms)
      return {
        token,
        expiresAt: new Date(expiresAt).toISOString(),
        renewAt: new Date(now() + (expiresAt - now()) / 2).toISOString(),
      }
    },
  )
}
