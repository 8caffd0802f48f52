import type { IncomingMessage } from 'node:http'

/**
 * Whether a person opens the address in a browser. Clients of the APIs name no HTML in `Accept`. Requests that a page's
 * script sends are no navigation. Only programs send a credential in a header.
 */
export function expectsPage({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (headers.authorization !== undefined || headers.upgrade !== undefined) return false
  const mode = headers['sec-fetch-mode']
  return (mode === undefined || mode === 'navigate') && (headers.accept ?? '').includes('text/html')
}
