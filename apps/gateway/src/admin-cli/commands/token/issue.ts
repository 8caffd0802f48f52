import type { Arguments, CommandOptions } from '../../definitions/command-module.ts'
import { UsageError } from '../../definitions/usage-error.ts'

export const command = 'issue'
export const describe = 'create a token for a user or a pipeline'
export const examples = [
  ['$0 token issue --user ada@example.com --role admin', 'the first administrator'],
  ['$0 token issue --user bob@example.com --role deployer --rack staging', 'for one rack only'],
  ['$0 token issue --service-account ci --role ci --expires 90d', 'for a pipeline'],
] as const
export const builder = {
  user: {
    type: 'string',
    conflicts: 'service-account',
    describe: 'email address of the user, who is created if unknown',
  },
  'service-account': {
    type: 'string',
    describe: 'owner of the API token of a pipeline; created if unknown',
  },
  role: {
    type: 'string',
    demandOption: true,
    describe: 'role of the user; with --service-account: of the token, and of the service account if it is new',
  },
  rack: { type: 'string', describe: 'restrict the token and the role to this rack' },
  expires: {
    type: 'string',
    describe:
      'the expiry: 30d, 12h, 2027-01-31, or 2027-01-31T12:00Z; at most SESSION_MAX_AGE for a user, and the limit of the policy for a pipeline',
  },
  device: { type: 'string', default: 'issued by hand', describe: 'name of the device in the list of sessions' },
  name: { type: 'string', describe: 'name of the API token; default: the name of the service account' },
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  if (args.user === undefined && args.serviceAccount === undefined)
    throw new UsageError('The token has no owner. Pass --user or --service-account.')
  const { withIssuer } = await import('../../actions/issuing.ts')
  const { issueToken } = await import('../../actions/tokens.ts')
  await withIssuer((issuer, config) => issueToken(issuer, config, args))
}
