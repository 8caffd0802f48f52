import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = string | Html | readonly Html[]

/** A template that escapes its values, except those that are `Html`. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + markupOf(parts[index] ?? '')).join(''))
}

function markupOf(part: Part): string {
  if (typeof part === 'string') return escapeText(part)
  return part instanceof Html ? part.markup : part.map(({ markup }) => markup).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Also replaces characters that control a terminal or the text direction. */
function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, ' ')
    .replace(/[&<>"']/g, (sign) => entities[sign] ?? '')
}

const style = `
:root { color-scheme: light dark; --text: #1c2330; --soft: #5b6472; --line: #d9dde3; --ground: #f5f6f8; --card: #fff; --accent: #1f5fbf }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --soft: #9aa4b2; --line: #333b47; --ground: #14181e; --card: #1c222b; --accent: #7fb0ff } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--ground) }
main { max-width: 36rem; margin: 12vh auto 3rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 1rem; font-size: 1.35rem; line-height: 1.3 }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
.soft { color: var(--soft); font-size: .875rem }
a { color: var(--accent) }
a.button, button { display: inline-block; padding: .55rem 1.1rem; border: 0; border-radius: 8px; font: inherit; color: #fff; background: #1f5fbf; text-decoration: none; cursor: pointer }
a.button:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0 0 1.5rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
main > :last-child { margin-bottom: 0 }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem }
time { white-space: nowrap }
code { font: .875rem/1.6 ui-monospace, monospace }
pre { margin: 0 0 1rem; padding: .75rem 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--ground) }
pre.wrapped { white-space: pre-wrap; overflow-wrap: anywhere }
.warning { padding: .75rem 1rem; border-left: 4px solid #d0342c; border-radius: 4px; background: color-mix(in srgb, #d0342c 12%, transparent) }
label { display: block; margin: 0 0 1.25rem }
label.tick { display: flex; gap: .6rem; align-items: baseline }
input.code { display: block; width: 100%; max-width: 16rem; margin-top: .4rem; padding: .5rem .75rem; border: 1px solid var(--soft); border-radius: 8px; font: 1.4rem/1.4 ui-monospace, monospace; letter-spacing: .12em; text-transform: uppercase; color: inherit; background: transparent }
.choices { display: flex; gap: .75rem; flex-wrap: wrap }
button.second { color: var(--text); background: transparent; box-shadow: inset 0 0 0 1px var(--soft) }
`
const styleHash = createHash('sha256').update(style).digest('base64')

function contentPolicy(formTargets: readonly string[]): string {
  const forms = ["'self'", ...formTargets].join(' ')
  return `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; form-action ${forms}; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`
}

const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // With `no-referrer`, browsers would send the gateway's own forms with `Origin: null`.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

export interface PageOptions {
  /** Further origins that a form of the page may redirect to. */
  readonly formTargets?: readonly string[]
}

export function sendPage(
  reply: FastifyReply,
  status: number,
  title: string,
  body: Html,
  { formTargets = [] }: PageOptions = {},
): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} – Rack Gateway</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
  return reply
    .code(status)
    .headers(headers)
    .header('content-security-policy', contentPolicy(formTargets))
    .type('text/html; charset=utf-8')
    .send(page.markup)
}
