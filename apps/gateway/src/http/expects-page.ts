import type { IncomingMessage } from 'node:http'

/**
 * Whether a person opens the address in a browser. Clients of the APIs name no HTML in `Accept`; scripts of a page are not
 * a navigation; and a credential in a header is a program's.
 */
export function expectsPage({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (headers.authorization !== undefined || headers.upgrade !== undefined) return false
  const mode = headers['sec-fetch-mode']
  return (mode === undefined || mode === 'navigate') && (headers.accept ?? '').includes('text/html')
}
