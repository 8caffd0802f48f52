export const home = '/gateway/'

/** The only page below `auth` that is not a step of a login. */
const cliLogin = 'auth/cli'

const maxLength = 2_000
const segment = /^[A-Za-z0-9_-][A-Za-z0-9._~-]*$/
const search = /^[A-Za-z0-9._~=&+%,:@/*-]*$/
/** A line of a document. */
const line = /#L\d{1,6}$/

/** The page to show after the login: the wanted one if its address is unambiguously a page of the gateway, otherwise the first page. */
export function returnTo(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > maxLength || !wanted.startsWith(home)) return home
  const [path = '', query, ...rest] = wanted.slice(home.length).replace(line, '').split('?')
  if (rest.length > 0 || (query !== undefined && !search.test(query))) return home
  const segments = path.replace(/\/$/, '').split('/')
  if (path !== '' && !segments.every((part) => segment.test(part))) return home
  const isPage = segments[0] !== 'api' && (segments[0] !== 'auth' || path === cliLogin)
  return isPage ? wanted : home
}
