import type { CommandOption, CommandOptions } from '../../command-line/command-module.ts'

/** An option that takes a list. It can be repeated, and each value can have several items, separated by commas. */
export function listOption<const O extends Pick<CommandOption, 'alias' | 'choices' | 'complete'> = object>(
  describe: string,
  option?: O,
) {
  const list = { type: 'string', array: true, commas: true, describe: `${describe}; repeatable, or A,B` } as const
  return { ...list, ...(option as O) }
}

/** An option that can be repeated. Its values can have commas. */
export function repeatableOption(describe: string) {
  return { type: 'string', array: true, describe: `${describe}; repeatable` } as const
}

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
export const bindingOptions = {
  racks: listOption('A rack, or a pattern with *; the default is every rack'),
  'allow-unknown-racks': { type: 'boolean', describe: 'Accept names in --racks that are not racks yet' },
  apps: listOption('An app, or a pattern with *; the default is every app', { complete: 'app' }),
  expires: expiresOption,
  reason: reasonOption,
} as const satisfies CommandOptions
