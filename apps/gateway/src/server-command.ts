#!/usr/bin/env node
import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { withIssuer } from './server-command/issuing.ts'
import { endToken, issueToken, listTokens } from './server-command/tokens.ts'
import { UsageError } from './server-command/usage-error.ts'

await yargs(hideBin(process.argv))
  .scriptName('rack-gateway-server')
  .usage("$0 <command>\n\nThe server's own commands. They read the same environment as the server.")
  .command('token', 'issue, list and end tokens', (token) =>
    token
      .command('issue', 'make a token for a person or a pipeline', issueOptions, (args) =>
        withIssuer((issuer, config) => issueToken(issuer, config, args)),
      )
      .command(
        'list',
        'sessions and API tokens, newest first',
        (list) => list,
        () => withIssuer(listTokens),
      )
      .command(
        'end <id>',
        'end a session or API token at once',
        (end) =>
          end
            .positional('id', { type: 'string', demandOption: true })
            .option('reason', { type: 'string', default: 'ended by an operator' }),
        ({ id, reason }) => withIssuer((issuer) => endToken(issuer, id, reason)),
      )
      .demandCommand(1, 'say which: issue, list or end'),
  )
  .demandCommand(1, 'say which command')
  .strict()
  .fail((message, error) => {
    console.error(message ?? (error instanceof Error ? error.message : String(error)))
    process.exit(error && !(error instanceof UsageError) ? 1 : 2)
  })
  .parseAsync()

function issueOptions(issue: Argv) {
  return issue
    .example('$0 token issue --user ada@example.com --role admin', 'the first administrator')
    .example('$0 token issue --user bob@example.com --role deployer --rack staging', 'for one rack only')
    .example('$0 token issue --service-account ci --role ci --days 90', 'for a pipeline')
    .option('user', { type: 'string', describe: 'e-mail address; the person is made if there is none yet' })
    .option('service-account', {
      type: 'string',
      describe: 'owner of a pipeline’s API token; made if there is none yet',
    })
    .option('role', {
      type: 'string',
      demandOption: true,
      describe: 'given to the person, or to the token and a new account',
    })
    .option('rack', { type: 'string', describe: 'the only rack that the token and the role are for' })
    .option('days', {
      type: 'number',
      describe:
        'until the token ends; without: SESSION_MAX_AGE for a person, 90 for a pipeline, never more than TOKEN_MAX_AGE',
    })
    .option('device', { type: 'string', default: 'issued by hand', describe: 'shown in the list of sessions' })
    .option('name', { type: 'string', describe: 'of the API token; the account’s own by default' })
    .conflicts('user', 'service-account')
    .check(({ user, serviceAccount }) => {
      if (user === undefined && serviceAccount === undefined)
        throw new UsageError('say whose token: --user or --service-account')
      return true
    })
}
