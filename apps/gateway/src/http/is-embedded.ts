import type { IncomingMessage } from 'node:http'

/** The `Sec-Purpose` of a page that a browser loads in advance, without a click. */
const prefetchPurpose = /(^|[\s,;])prefetch($|[\s,;])/

/**
 * Whether a page of another origin loads the address as an image, in a frame, with a script, or in advance.
 * A link that a person follows is not embedded.
 */
export function isEmbedded({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers
  if (site !== 'cross-site' && site !== 'same-site') return false
  const purpose = headers['sec-purpose']
  return (
    mode !== 'navigate' || destination !== 'document' || (typeof purpose === 'string' && prefetchPurpose.test(purpose))
  )
}
