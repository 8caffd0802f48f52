export const home = '/gateway/'

/** Below `auth`, where everything else is a step of a login itself. */
const cliLogin = 'auth/cli'

const longest = 2_000
const segment = /^[A-Za-z0-9_-][A-Za-z0-9._~-]*$/
const search = /^[A-Za-z0-9._~=&+%,:@/-]*$/

/** Where to go after the login: a page of ours, else the first one. What could be read as another place is no page of ours. */
export function returnTo(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > longest || !wanted.startsWith(home)) return home
  const [path = '', query, ...rest] = wanted.slice(home.length).split('?')
  if (rest.length > 0 || (query !== undefined && !search.test(query))) return home
  const segments = path.replace(/\/$/, '').split('/')
  if (path !== '' && !segments.every((part) => segment.test(part))) return home
  return segments[0] === 'auth' && path !== cliLogin ? home : wanted
}
