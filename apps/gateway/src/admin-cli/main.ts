#!/usr/bin/env node
import { containsToken } from '@rack-gateway/errors/redact-tokens'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { version } from '../process/version.ts'
import * as archive from './commands/audit/archive.ts'
import * as restored from './commands/audit/restored.ts'
import * as issue from './commands/token/issue.ts'
import * as list from './commands/token/list.ts'
import * as revoke from './commands/token/revoke.ts'
import { addCommands } from './definitions/command-module.ts'
import { UsageError } from './definitions/usage-error.ts'

// A reader such as `head` can close the pipe. The command still completes its work.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

await yargs(hideBin(process.argv))
  .scriptName('rack-gateway-server')
  .version(version())
  .usage("$0 <command>\n\nThe server's own commands. They read the same environment as the server.")
  .command('token', 'issue, list, and revoke tokens', (group) =>
    addCommands(group, [issue, list, revoke], 'The command token needs an action. Use issue, list, or revoke.'),
  )
  .command('audit', 'archive the audit log, and continue it after a restore', (group) =>
    addCommands(group, [archive, restored], 'The command audit needs an action. Use archive or restored.'),
  )
  .demandCommand(1, 'A command is missing. Use token or audit.')
  .strict()
  .check(rejectTokens)
  .fail((message, error) => {
    console.error(message ?? (error instanceof Error ? error.message : String(error)))
    process.exit(error && !(error instanceof UsageError) ? 1 : 2)
  })
  .parseAsync()

/** Names and reasons are stored in clear. @throws UsageError for an argument that contains a token of the gateway */
function rejectTokens(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args))
    if (name !== '$0' && [value].flat().some((one) => typeof one === 'string' && containsToken(one)))
      throw new UsageError(
        `${name === '_' ? 'An argument' : `--${name}`} contains what looks like a token of the gateway. Leave the token out. If other people may have seen it, revoke it.`,
      )
  return true
}
