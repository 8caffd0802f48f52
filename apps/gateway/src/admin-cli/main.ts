#!/usr/bin/env node
import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { UsageError } from './usage-error.ts'

await yargs(hideBin(process.argv))
  .scriptName('rack-gateway-server')
  .usage("$0 <command>\n\nThe server's own commands. They read the same environment as the server.")
  .command('token', 'issue, list and end tokens', (token) =>
    token
      .command('issue', 'make a token for a person or a pipeline', issueOptions, async (args) => {
        const { withIssuer, issueToken } = await tokenCommands()
        await withIssuer((issuer, config) => issueToken(issuer, config, args))
      })
      .command(
        'list',
        'sessions and API tokens, newest first',
        (list) => list,
        async () => {
          const { withIssuer, listTokens } = await tokenCommands()
          await withIssuer(listTokens)
        },
      )
      .command(
        'end <id>',
        'end a session or API token at once',
        (end) =>
          end
            .positional('id', { type: 'string', demandOption: true })
            .option('reason', { type: 'string', default: 'ended by an operator' }),
        async ({ id, reason }) => {
          const { withIssuer, endToken } = await tokenCommands()
          await withIssuer((issuer) => endToken(issuer, id, reason))
        },
      )
      .demandCommand(1, 'say which: issue, list or end'),
  )
  .command('audit', 'keep the audit log', (audit) =>
    audit
      .command(
        'archive',
        'archive the months that are over, verify the archives, and drop what is old enough',
        archiveOptions,
        async (args) => {
          const { archiveAudit } = await import('./audit.ts')
          await archiveAudit(args)
        },
      )
      .demandCommand(1, 'say which: archive'),
  )
  .demandCommand(1, 'say which command')
  .strict()
  .fail((message, error) => {
    console.error(message ?? (error instanceof Error ? error.message : String(error)))
    process.exit(error && !(error instanceof UsageError) ? 1 : 2)
  })
  .parseAsync()

/** Loaded only to run a command: help and usage errors need no database code. */
async function tokenCommands() {
  return { ...(await import('./issuing.ts')), ...(await import('./tokens.ts')) }
}

function archiveOptions(archive: Argv) {
  return archive
    .example('$0 audit archive --to /var/lib/audit-archive', 'archive, and drop nothing')
    .example('$0 audit archive --to s3://bucket/archive --lock 400d --drop', 'each night')
    .option('to', { type: 'string', demandOption: true, describe: 'a directory, or s3://bucket/prefix' })
    .option('before', { type: 'string', describe: 'only months before this one, like 2026-10' })
    .option('keep', { type: 'number', default: 13, describe: 'months before this one that stay in the database' })
    .option('drop', { type: 'boolean', default: false, describe: 'drop older months once they are archived' })
    .option('lock', { type: 'string', describe: 'how long S3 keeps everybody from changing an archive, like 400d' })
    .option('force', { type: 'boolean', default: false, describe: 'even if a sink has not sent all of a month' })
}

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
        'until the token ends; without: SESSION_MAX_AGE for a person, what the policy says of tokens for a pipeline, which is also the most',
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
