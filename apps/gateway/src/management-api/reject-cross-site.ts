import type { FastifyRequest } from 'fastify'
import { BrowserCall } from '../errors/errors.ts'

/**
 * A browser sends a stored Basic credential also with requests that another site starts.
 *
 * @throws BrowserCall
 */
export function rejectCrossSite({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new BrowserCall(
    'A page of another site cannot call the gateway.',
    'Open the gateway itself, or call it without a browser.',
    { rule: 'other-site' },
  )
}
