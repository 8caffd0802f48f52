import type { FastifyReply } from 'fastify'

export const home = '/gateway/'

/** The only page below `auth` that is not a step of a login. */
const cliLogin = 'auth/cli'

const maxLength = 2_000
const segment = /^[A-Za-z0-9_-][A-Za-z0-9._~-]*$/
const search = /^[A-Za-z0-9._~=&+%,:@/*-]*$/
/** The fragment for a line of a document, such as `#L12`. */
const lineFragment = /#L\d{1,6}$/

/** Returns `home` unless the requested address is unambiguously a page of the gateway. */
export function returnTo(requested: unknown): string {
  if (typeof requested !== 'string' || requested.length > maxLength || !requested.startsWith(home)) return home
  const [path = '', query, ...rest] = requested.slice(home.length).replace(lineFragment, '').split('?')
  if (rest.length > 0 || (query !== undefined && !search.test(query))) return home
  const segments = path.replace(/\/$/, '').split('/')
  if (path !== '' && !segments.every((part) => segment.test(part))) return home
  const isPage = segments[0] !== 'api' && (segments[0] !== 'auth' || path === cliLogin)
  return isPage ? requested : home
}

/** The URL can contain a code or a state, so no cache stores it and no other site receives it as a referrer. */
export function goTo(reply: FastifyReply, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 303)
}
