import { createHash } from 'node:crypto'
import { Html, html } from '@rack-gateway/auth/login'
import { apiPrefix } from '@rack-gateway/gateway-api'
import { entries, requirementsOf } from './openapi.ts'

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem;border-bottom:1px solid #ccc}
table{table-layout:fixed}th:first-child{width:11rem}th:nth-child(2){width:16rem}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}`

/** The Content-Security-Policy of the page. */
export const docsPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

export function docsPage(): string {
  const sections = entries().map(
    ([name, endpoint]) => html`<h2 id="${name}"><code>${endpoint.method} ${apiPrefix}${endpoint.path}</code></h2>
<p>${endpoint.summary} ${endpoint.description ?? ''} ${requirementsOf(endpoint)}</p>
${fields('query', endpoint.query)}${fields('body', endpoint.body)}${fields('response', endpoint.response)}
`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rack Gateway: API</title><style>${new Html(style)}</style></head><body>
<h1>Rack Gateway: API</h1>
<p>Send a token as <code>Authorization: Bearer …</code>, or as the password of Basic authentication. A browser with a session
needs no token, but must send its <code>csrfToken</code> as <code>X-CSRF-Token</code> with each change. Bodies are JSON.
For programs: <a href="${apiPrefix}/openapi.json">OpenAPI 3.1</a>.</p>
${sections}</body></html>
`.markup
}

interface Shape {
  readonly type?: unknown
  readonly description?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly 'x-extensible-enum'?: readonly unknown[]
}

function fields(title: string, shape: Shape | undefined): Html {
  const rows = Object.entries(shape?.properties ?? {}).map(([name, field]) => {
    const needed = title === 'body' && shape?.required?.includes(name) ? ', required' : ''
    return html`<tr><td><code>${name}</code></td><td>${typeOf(field)}${needed}</td><td>${String(field.description ?? '')}</td></tr>`
  })
  if (rows.length === 0) return html``
  return html`<table><tr><th>${title}</th><th></th><th></th></tr>${rows}</table>
`
}

function typeOf(shape: Shape): string {
  const { type, anyOf, items, properties, const: value } = shape
  const choices = shape.enum ?? shape['x-extensible-enum']
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' or ')
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  if (value !== undefined) return JSON.stringify(value)
  if (items) return `list of ${typeOf(items)}`
  if (properties) return `{ ${Object.keys(properties).join(', ')} }`
  return String(type)
}
