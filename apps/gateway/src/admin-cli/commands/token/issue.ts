import type { Arguments, CommandOptions } from '../../command-module.ts'
import { UsageError } from '../../usage-error.ts'

export const command = 'issue'
export const describe = 'make a token for a person or a pipeline'
export const examples = [
  ['$0 token issue --user ada@example.com --role admin', 'the first administrator'],
  ['$0 token issue --user bob@example.com --role deployer --rack staging', 'for one rack only'],
  ['$0 token issue --service-account ci --role ci --days 90', 'for a pipeline'],
] as const
export const builder = {
  user: {
    type: 'string',
    conflicts: 'service-account',
    describe: 'email address; the person is made if there is none yet',
  },
  'service-account': {
    type: 'string',
    describe: 'owner of a pipeline’s API token; made if there is none yet',
  },
  role: { type: 'string', demandOption: true, describe: 'given to the person, or to the token and a new account' },
  rack: { type: 'string', describe: 'the only rack that the token and the role are for' },
  days: {
    type: 'number',
    describe:
      'until the token ends; without: SESSION_MAX_AGE for a person, what the policy says of tokens for a pipeline, which is also the most',
  },
  device: { type: 'string', default: 'issued by hand', describe: 'shown in the list of sessions' },
  name: { type: 'string', describe: 'of the API token; the account’s own by default' },
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  if (args.user === undefined && args.serviceAccount === undefined)
    throw new UsageError('say whose token: --user or --service-account')
  const { withIssuer } = await import('../../issuing.ts')
  const { issueToken } = await import('../../tokens.ts')
  await withIssuer((issuer, config) => issueToken(issuer, config, args))
}
