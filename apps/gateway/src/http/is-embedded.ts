import type { IncomingMessage } from 'node:http'

/** The `Sec-Purpose` of a page that a browser loads in advance, without a click. */
const prefetchPurpose = /(^|[\s,;])prefetch($|[\s,;])/

/**
 * Whether a page of another site loads the address into itself, as an image, in a frame, or with a script. The person who
 * sees that page did not ask for it. A link from another site is not embedded: it opens a document of its own.
 */
export function isEmbedded({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers
  if (site !== 'cross-site' && site !== 'same-site') return false
  const purpose = headers['sec-purpose']
  return (
    mode !== 'navigate' || destination !== 'document' || (typeof purpose === 'string' && prefetchPurpose.test(purpose))
  )
}
