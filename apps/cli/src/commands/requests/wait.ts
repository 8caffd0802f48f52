import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessRequestDetails } from '@rack-gateway/gateway-api'
import { GatewayUnreachable } from '../../errors/errors.ts'
import { callGateway, type GatewayAccess } from '../../gateway/gateway-api.ts'
import type { Context } from '../../invocation/context.ts'
import { printable } from '../../terminal/terminal.ts'
import { printState } from './print-request.ts'
import { reviewText } from './text.ts'

/** Failures in a row after which the command ends. */
const maxFailures = 30

/**
 * Prints each review, until the access request is decided.
 *
 * @returns the access request; null after Ctrl-C
 */
export async function waitForDecision(
  context: Context,
  gateway: GatewayAccess,
  request: AccessRequestDetails,
): Promise<AccessRequestDetails | null> {
  if (request.state !== 'pending') return request
  const { id } = request
  const signal = context.interruption()
  context.note('Waiting for the reviews. Ctrl-C ends the waiting, and leaves the access request open.')
  let current = request
  let failures = 0
  while (current.state === 'pending') {
    await sleep(context.timeouts.requestState, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) {
      context.note(`The access request ${id} stays open. See it with: rack-gateway requests show ${id}`)
      context.note(`To cancel it: rack-gateway requests cancel ${id}`)
      return null
    }
    const next = await callGateway(gateway, 'getAccessRequest', { id }).catch((error: unknown) => {
      if (!(error instanceof GatewayUnreachable) || ++failures > maxFailures) throw error
      return null
    })
    if (next === null) continue
    failures = 0
    for (const review of next.reviews.slice(current.reviews.length))
      context.print(printable(`${reviewText(review, 'local')}${review.note === null ? '.' : ''}`))
    current = next
  }
  printState(context, current, 'local')
  return current
}
