import { splitAtCommas } from '../values/comma-lists.ts'

const domain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/
const email = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function splitLowerCase(value: string): string[] {
  return splitAtCommas(value).map((item) => item.toLowerCase())
}

export function allowedDomainsProblem(value: string): string | null {
  const wrong = splitLowerCase(value).findIndex((item) => !domain.test(item))
  return wrong === -1 ? null : `has an entry (number ${wrong + 1}) that is not a domain in plain ASCII`
}

export function adminUsersProblem(value: string): string | null {
  const wrong = splitLowerCase(value).findIndex((item) => !email.test(item) || item.length > 254)
  return wrong === -1 ? null : `has an entry (number ${wrong + 1}) that is not an email address in plain ASCII`
}

export function publicUrlProblem(value: string): string | null {
  const url = webAddress(value)
  if (typeof url === 'string') return url
  return url.pathname === '/' ? null : 'has a path'
}

/** Unlike PUBLIC_URL, the issuer of some providers has a path. */
export function issuerProblem(value: string): string | null {
  const url = webAddress(value)
  return typeof url === 'string' ? url : null
}

/** Stricter than `new URL`, which silently repairs its input. @returns the URL, or a description of the problem */
function webAddress(value: string): URL | string {
  if (!/^https?:\/\//.test(value)) return 'does not begin with https://'
  if (!/^[\x21-\x7e]+$/.test(value) || /[\\?#@]/.test(value)) return 'contains a character that is not allowed'
  if (!URL.canParse(value)) return 'is not a URL'
  const url = new URL(value)
  if (url.protocol === 'http:' && !loopback.has(url.hostname)) return 'is http, which is for loopback only'
  return url
}
