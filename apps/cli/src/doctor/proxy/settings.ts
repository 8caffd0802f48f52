/** What a proxy can get wrong. */
export type Mistake = 'host' | 'address' | 'websocket' | 'body' | 'buffering' | 'timeout'

type Product = 'nginx' | 'ingress-nginx' | 'Caddy' | 'HAProxy' | 'AWS ALB'

const byDefault = 'forwards them by default'

/** For each product, the line to add, as in the files of infra/proxies, or the line to remove. */
export const settings: Readonly<Record<Mistake, Readonly<Record<Product, string>>>> = {
  host: {
    nginx: '`proxy_set_header Host $http_host;`',
    'ingress-nginx': 'remove `nginx.ingress.kubernetes.io/upstream-vhost`',
    Caddy: 'remove `header_up Host`',
    HAProxy: 'remove `http-request set-header Host`',
    'AWS ALB': '`routing.http.preserve_host_header.enabled` = `true`',
  },
  address: {
    nginx: '`proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`',
    'ingress-nginx': 'sends it by default',
    Caddy: 'remove `header_up -X-Forwarded-For`',
    HAProxy: '`option forwardfor`',
    'AWS ALB': '`routing.http.xff_header_processing.mode` = `append`',
  },
  websocket: {
    nginx:
      '`proxy_http_version 1.1;` `proxy_set_header Upgrade $http_upgrade;` `proxy_set_header Connection $connection_upgrade;`',
    'ingress-nginx': byDefault,
    Caddy: byDefault,
    HAProxy: byDefault,
    'AWS ALB': byDefault,
  },
  body: {
    nginx: '`client_max_body_size 0;`',
    'ingress-nginx': '`nginx.ingress.kubernetes.io/proxy-body-size: "0"`',
    Caddy: 'remove `request_body`',
    HAProxy: 'remove rules with `req.body_size`',
    'AWS ALB': 'has no limit, but AWS WAF can have one',
  },
  buffering: {
    nginx: '`proxy_request_buffering off;`',
    'ingress-nginx': '`nginx.ingress.kubernetes.io/proxy-request-buffering: "off"`',
    Caddy: 'remove `request_buffers`',
    HAProxy: 'remove `option http-buffer-request`',
    'AWS ALB': 'has no such setting',
  },
  timeout: {
    nginx: '`proxy_read_timeout 1h;`',
    'ingress-nginx': '`nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"`',
    Caddy: 'remove `response_header_timeout`',
    HAProxy: '`timeout server 1h`',
    'AWS ALB': '`idle_timeout.timeout_seconds` = `4000`',
  },
}

/** Products that name themselves in the header Server of the responses that they forward. */
const named: readonly (readonly [pattern: RegExp, products: readonly Product[]])[] = [
  [/^(?:nginx|openresty)\b/i, ['nginx', 'ingress-nginx']],
  [/^caddy\b/i, ['Caddy']],
]

/** The remedy: the line of the product, or of every product if `server`, the header, does not tell which one it is. */
export function proxyRemedy(mistake: Mistake, server: string | null): string {
  const lines = settings[mistake]
  const known = named.find(([pattern]) => pattern.test(server ?? ''))?.[1]
  const products = known ?? (Object.keys(lines) as Product[])
  return `Change the configuration of the proxy. ${products.map((product) => `${product}: ${lines[product]}`).join('; ')}.`
}
