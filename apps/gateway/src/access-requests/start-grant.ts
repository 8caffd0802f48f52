import { startGrant } from '@rack-gateway/access-requests'
import { changeAs } from '@rack-gateway/auth/store'
import type { DecidingGrant } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { identityRecorder } from '../audit/identity-recorder.ts'

/** A handler found that the call is the first use of a grant. The caller of the handler starts the grant. */
export class GrantStartNeeded extends Error {
  readonly grant: DecidingGrant

  constructor(grant: DecidingGrant) {
    super('The call is the first use of a grant, which must start before.')
    this.grant = grant
  }
}

/**
 * Starts a grant at its first use. The start and its event are durable when the promise resolves, and only then may the
 * call be forwarded or answered.
 *
 * @returns the grant that has started
 * @throws Unauthenticated if the credential is no longer valid; the error of `startGrant` if the grant is over by then
 */
export async function startGrantOf(
  app: FastifyInstance,
  request: FastifyRequest,
  { id }: DecidingGrant,
): Promise<DecidingGrant> {
  const { principal, credential } = request
  if (principal === null || credential === null) throw new Error('the request was authenticated without a credential')
  const { kind, id: author, name } = principal
  const { database, clock } = app
  const { until } = await changeAs(
    { database, clock, by: { kind, id: author, name }, record: identityRecorder(app, request), credential },
    (_principal, change) => startGrant(change, id, clock.now()),
  )
  await app.identitiesCaughtUp()
  return { id, expiresAt: until, startsWithUse: false }
}
