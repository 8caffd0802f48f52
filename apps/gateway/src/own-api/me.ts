import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'

/** Who the caller is and where they may go: what `rack-gateway whoami` and `login` show. */
export const Me = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload')]),
  name: Type.String(),
  /** The rack that the token is bound to, or null. */
  rack: Type.Union([Type.String(), Type.Null()]),
  /** Racks on which the caller has any role. */
  racks: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
  /** RFC 3339. */
  expiresAt: Type.String(),
  /** Only for a browser's session: what its changes send as `X-CSRF-Token`. */
  csrfToken: Type.Optional(Type.String()),
})

export interface OwnApiOptions {
  readonly now: () => number
}

/** The gateway's own JSON API under `/gateway/api/v1`. */
export default async function ownApi(app: FastifyInstance, { now }: OwnApiOptions): Promise<void> {
  app.addHook('onRequest', app.authenticateOwn)
  app.get('/gateway/api/v1/me', { schema: { response: { 200: Me } } }, async (request): Promise<Static<typeof Me>> => {
    const { principal, csrfToken } = request
    if (!principal) throw new Error('authenticate lets nobody through without a principal')
    const { kind, name, rack, bindings, expiresAt } = principal
    const reachable = app.policy.racksOf(principal, app.racks.names, now())
    return {
      kind,
      name,
      rack,
      racks: rack === null ? reachable : reachable.filter((known) => known === rack),
      roles: [...new Set(bindings.map((binding) => binding.role))],
      expiresAt: new Date(expiresAt).toISOString(),
      ...(csrfToken === null ? {} : { csrfToken }),
    }
  })
}
