import { visibilityOf } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { appOf } from '../../calls/app-of.ts'
import type { RoutedCall } from '../../calls/call.ts'
import { InvalidParameter, NotAllowed } from '../../errors/errors.ts'
import { viewerOf } from './visibility-grant.ts'

/** A header of the management API: the environment key whose value the caller wants to see. */
const header = 'reveal-key'
const releaseRoute = 'GET /apps/{app}/releases/{id}'
const keyName = /^[A-Za-z0-9_.-]{1,256}$/

/** @throws InvalidParameter if the header is not one key, or if the call does not read one release */
export function readRevealedKey({ headers }: FastifyRequest, { parsedRequest, match }: RoutedCall): string | null {
  const key = headers[header]
  if (parsedRequest.api === 'rack' || key === undefined) return null
  if (typeof key === 'string' && keyName.test(key) && match.route.id === releaseRoute) return key
  throw new InvalidParameter(
    'The header Reveal-Key does not name a key of a release.',
    `Send the name of one environment key with ${releaseRoute}.`,
    { rule: 'reveal-key' },
  )
}

/** @throws NotAllowed if the caller has no permission to see the value */
export function assertCanReveal(
  { policy, clock }: FastifyInstance,
  { revealedKey, rack, match, address, ...call }: RoutedCall,
): void {
  if (revealedKey === null) return
  const scope = { rack: rack.name, app: appOf(match.route, match.params), scope: 'app' } as const
  const { environment } = visibilityOf(policy, viewerOf(call), scope, { at: clock.now(), address })
  if (environment === 'shown') return
  if (environment === 'secrets-hidden' && !policy.isSecretKey(revealedKey)) return
  throw new NotAllowed(
    `You cannot see the value of ${revealedKey} on the rack ${rack.name}, because it needs the permission ${environment === 'hidden' ? 'env:read' : 'secret:read'}.`,
    'Ask an administrator for a role with this permission.',
    { rule: 'secret-value' },
  )
}
