import type { Explanation } from '@rack-gateway/errors'

interface Page {
  readonly status: number
  readonly headers: Pick<Headers, 'get'>
  readonly text: string
}

/** Why a proxy answers in place of the gateway, by the status of its page. */
const causes: Readonly<Record<number, string>> = {
  502: 'it got no response from the gateway',
  503: 'it has no gateway process to send requests to',
  504: 'it waited too long for the gateway',
}

/** Patterns of the header Server, and of pages without this header. */
const products: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^awselb\b/i, 'AWS load balancer'],
  [/^(?:nginx|openresty)\b|<center>nginx\b/i, 'nginx'],
  [/^caddy\b/i, 'Caddy'],
  [/^<html><body><h1>50[234] /i, 'HAProxy'],
]

/**
 * Explains the error page of a proxy in front of the gateway. The errors of the gateway are JSON, and so no such page.
 *
 * @returns a clause that can follow "the request failed:", and the remedy; null for every other response
 */
export function explainProxyPage({ status, headers, text }: Page): Explanation | null {
  const cause = causes[status]
  if (cause === undefined || /\bjson\b/i.test(headers.get('content-type') ?? '')) return null
  const product = productOf(headers.get('server') ?? '', text)
  return {
    reason: `a proxy ${product === null ? '' : `(${product}) `}answered with status ${status}, because ${cause}`,
    remedy: 'Try again in a minute. If it fails again, tell the operator of the gateway.',
  }
}

function productOf(server: string, page: string): string | null {
  return products.find(([pattern]) => pattern.test(server) || pattern.test(page.trimStart()))?.[1] ?? null
}
