/** Flags that several commands have, under one name and with one meaning. */
export const rackFlag = { about: 'the rack to use', value: 'NAME', short: 'r', names: 'rack' } as const
/** For commands about a gateway as a whole. */
export const whoseGatewayFlag = {
  about: 'the rack whose gateway is asked',
  value: 'NAME',
  short: 'r',
  names: 'rack',
} as const
export const jsonFlag = { about: 'print JSON' } as const
export const utcFlag = { about: 'times in UTC instead of your zone' } as const
export const pageFlags = {
  limit: { about: 'so many, up to 200', value: 'NUMBER', default: '50' },
  cursor: { about: 'go on where a page ended', value: 'CURSOR' },
} as const
export const yesFlag = { about: 'do it without asking', short: 'y' } as const
/** @param what ends @param otherwise when it ends without the flag */
export function expiresFlag(what = 'it', otherwise?: string) {
  const about = `when ${what} ends: 30d, 12h, 2027-01-31, 2027-01-31T12:00Z`
  return { about: otherwise === undefined ? about : `${about}; ${otherwise} if left out`, value: 'TIME' }
}
export const reasonFlag = { about: 'why it is there; lists and events show it', value: 'TEXT' } as const
/** Whom something is for, or belongs to. */
export const ownerFlags = {
  user: { about: 'by id or e-mail address (EMAIL/ISSUER where several have it)', value: 'USER' },
  serviceAccount: { about: 'by id or name', value: 'ACCOUNT' },
} as const
/** Where a role holds. */
export const placeFlags = {
  racks: { about: 'a name, or a pattern with *; every one if left out', value: 'PATTERN' },
  apps: { about: 'the same of apps', value: 'PATTERN', names: 'app' },
} as const

/** In which zone times are shown. */
export function zoneOf(utc: boolean): 'utc' | 'local' {
  return utc ? 'utc' : 'local'
}

export function formatOf(json: boolean): 'text' | 'json' {
  return json ? 'json' : 'text'
}
