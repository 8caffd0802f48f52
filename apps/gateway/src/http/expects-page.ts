import type { IncomingMessage } from 'node:http'

/**
 * Whether a person opens the address in a browser.
 * API clients do not name HTML in `Accept`, and only programs send an `Authorization` header.
 */
export function expectsPage({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (headers.authorization !== undefined || headers.upgrade !== undefined) return false
  const mode = headers['sec-fetch-mode']
  return (mode === undefined || mode === 'navigate') && (headers.accept ?? '').includes('text/html')
}
