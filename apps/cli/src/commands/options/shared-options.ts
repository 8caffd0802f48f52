import type { CommandOptions } from '../command-module.ts'

export const jsonOption = { type: 'boolean', describe: 'Print JSON' } as const
export const rackOption = {
  type: 'string',
  alias: 'r',
  complete: 'rack',
  describe: 'Use this rack and its gateway',
} as const
export const gatewayOptions = { json: jsonOption, rack: rackOption } as const satisfies CommandOptions
export const utcOption = { type: 'boolean', describe: 'Show times in UTC instead of your time zone' } as const
export const yesOption = { type: 'boolean', alias: 'y', describe: 'Do not ask for confirmation' } as const
export const pageOptions = {
  limit: { type: 'string', default: '50', describe: 'Number of items to show, up to 200' },
  cursor: { type: 'string', describe: 'Show the page that begins at this cursor' },
} as const satisfies CommandOptions
export const reasonOption = { type: 'string', describe: 'The reason, which lists and audit events show' } as const
export const expiresOption = {
  type: 'string',
  describe: 'The expiry: 30d, 12h, 2027-01-31, or 2027-01-31T12:00Z',
} as const
/** An argument. */
export const userArgument = {
  type: 'string',
  demandOption: true,
  describe: 'The ID or email address of the user (EMAIL/ISSUER if several have it)',
} as const
/** The owner of an API token, or the subject of a binding. */
export const ownerOptions = {
  user: { type: 'string', describe: 'A user, by ID or email address (EMAIL/ISSUER if several have it)' },
  'service-account': { type: 'string', describe: 'A service account, by ID or name' },
} as const satisfies CommandOptions
/** The scope, expiry, and reason of a role. */
export const grantOptions = {
  racks: { type: 'string', describe: 'A rack, or a pattern with *; the default is every rack' },
  apps: { type: 'string', complete: 'app', describe: 'An app, or a pattern with *; the default is every app' },
  expires: expiresOption,
  reason: reasonOption,
} as const satisfies CommandOptions
