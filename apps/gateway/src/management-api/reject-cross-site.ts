import type { FastifyRequest } from 'fastify'
import { BrowserCall, ruled } from '../errors.ts'

/** A browser that keeps a Basic credential would send it along with what another site asks for. */
export function refuseOtherSites({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw ruled(
    new BrowserCall(
      'a page of another site may not call the gateway',
      'open the gateway itself, or call it without a browser',
    ),
    'other-site',
  )
}
