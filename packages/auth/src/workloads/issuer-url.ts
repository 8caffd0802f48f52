import { isLocalHost } from '@rack-gateway/rbac-policy'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Null for a valid issuer; else words that follow "The issuer", such as `is not a URL`. The URL must be in canonical
 * form, because it is compared with `iss` as text.
 *
 * @param publicUrl of the gateway; only a gateway on loopback accepts an issuer on loopback and plain http
 */
export function issuerProblem(issuer: string, publicUrl: string): string | null {
  if (!URL.canParse(issuer)) return 'is not a URL'
  const url = new URL(issuer)
  const areBothLoopback = isLoopback(url) && isLoopback(new URL(publicUrl))
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && areBothLoopback)) return 'does not begin with https://'
  if (!areBothLoopback && isLocalHost(url.hostname)) return 'is a loopback, link-local, or metadata address'
  if (url.username !== '' || url.password !== '' || /[?#]/.test(issuer)) return 'has credentials, a query or a fragment'
  return url.href === issuer || url.href === `${issuer}/` ? null : `is not written as ${url.href}`
}

function isLoopback({ hostname }: URL): boolean {
  return loopback.has(hostname)
}

export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}
