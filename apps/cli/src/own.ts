import type { Argv } from 'yargs'
import { commandParser, jsonOption, rackOption } from './command-parser.ts'
import { racks } from './commands/racks.ts'
import { switchRack } from './commands/switch.ts'
import { url } from './commands/url.ts'
import type { Context } from './context.ts'
import { Usage } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { commandExamples, overview } from './help.ts'
import { version } from './version.ts'

/** Runs one of our own commands. `rack` is what stood before its name. */
export async function runOwn(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  const [first = 'help', second] = words
  if (first === 'version' || first === '-v' || first === '--version') context.print(`rack-gateway ${version()}`)
  else if (second === undefined && ['help', '-h', '--help'].includes(first))
    context.print(await parser(context).getHelp())
  else if (first === 'policy')
    return (await import('./commands/policy-commands.ts')).policy(context, words.slice(1), rack)
  else if (first === 'help' && second === 'policy')
    return (await import('./commands/policy-commands.ts')).policy(context, [...words.slice(2), '--help'], null)
  else if (first === 'can' && !asksForHelp(second))
    return (await import('./commands/can.ts')).can(context, words.slice(1), rack)
  else if (first === 'audit' && isAboutEvidence(second)) return runEvidence(context, words.slice(1), rack)
  else if (first === 'help') await parser(context).parseAsync([second ?? '', '--help'])
  else await parser(context).parseAsync([first, ...(rack === null ? [] : [`--rack=${rack}`]), ...words.slice(1)])
  return exitCodes.ok
}

/** What ends with a verdict, and so with an exit code of its own. */
function isAboutEvidence(action: string | undefined): boolean {
  return action === 'verify' || action === 'prove' || action === 'verify-proof'
}

async function runEvidence(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  return (await import('./commands/audit/evidence-commands.ts')).evidence(context, words, rack)
}

function asksForHelp(word: string | undefined): boolean {
  return word === '-h' || word === '--help'
}

/** What asks the gateway is loaded when it is used: the schema library takes longer to load than Node. */
function parser(context: Context): Argv {
  return commandParser('rack-gateway help')
    .usage(overview)
    .command(
      'login <name> [url]',
      'log in to a gateway, and give one of its racks a name',
      (own) => loginOptions(own.usage(commandExamples.login)),
      async (given) => (await import('./commands/login.ts')).login(context, given),
    )
    .command(
      'logout [name]',
      'end a session, for every rack at its address, and forget its token',
      (own) =>
        own
          .usage(commandExamples.logout)
          .positional('name', { type: 'string' })
          .option('all', { type: 'boolean', default: false, describe: 'every session' }),
      async ({ name, all }) => (await import('./commands/logout.ts')).logout(context, loggedOut(name, all)),
    )
    .command(
      'racks',
      'list the racks that you have names for',
      (own) => own.usage(commandExamples.racks).option('json', jsonOption),
      ({ json }) => racks(context, { format: json ? 'json' : 'table' }),
    )
    .command(
      'switch <name>',
      'choose the current rack, for every window that has no choice of its own',
      (own) => own.usage(commandExamples.switch).positional('name', { type: 'string', demandOption: true }),
      ({ name }) => switchRack(context, name),
    )
    .command(
      'whoami',
      'say who you are, what you may do, and when your token ends',
      (own) => whoamiOptions(own.usage(commandExamples.whoami)).option('rack', rackOption).option('json', jsonOption),
      async ({ rack = null, json, offline }) =>
        (await import('./commands/whoami.ts')).whoami(context, {
          rack,
          format: json ? 'json' : 'text',
          ask: offline ? 'offline' : 'gateway',
        }),
    )
    .command(
      'sessions [action] [id]',
      'list your sessions, or end one: sessions end ID',
      (own) =>
        sessionsOptions(own.usage(commandExamples.sessions)).option('rack', rackOption).option('json', jsonOption),
      async ({ action, id, rack = null, json }) =>
        (await import('./commands/sessions.ts')).sessions(context, {
          action,
          id,
          rack,
          format: json ? 'json' : 'table',
        }),
    )
    .command(
      'url',
      'print RACK_URL, with the token in it',
      (own) => own.usage(commandExamples.url).option('rack', rackOption),
      ({ rack = null }) => url(context, rack),
    )
    .command('can [flags] <convox arguments…>', 'ask whether a command of convox may be run, and why', (own) =>
      canOptions(own.usage(commandExamples.can)).option('rack', rackOption).option('json', jsonOption),
    )
    .command(
      'ci <action> [url]',
      'print RACK_URL for a CI job: ci login',
      (own) => ciOptions(own.usage(commandExamples.ci)).option('rack', rackOption),
      async ({ url: address = null, rack = null, trust = null, tokenVariable = null }) =>
        (await import('./commands/ci.ts')).ciLogin(context, { url: address, rack, trust, tokenVariable }),
    )
    .command('audit <action>', 'search, show, follow, export, verify or prove the audit log', async (own) =>
      (await import('./commands/audit/audit-commands.ts')).auditCommands(own, context),
    )
    .command('policy <action>', 'check, test and compare policy documents: policy --help')
    .command('version', 'print the version')
    .command('help [command]', 'explain a command')
}

function loginOptions(own: Argv) {
  return own
    .positional('name', { type: 'string', demandOption: true, describe: 'what you call it' })
    .positional('url', { type: 'string', describe: "the gateway's address; known from the second time on" })
    .option('browser', {
      type: 'boolean',
      describe: 'log in with a browser on this machine; --no-browser: by a code that you type into any browser',
    })
    .option('as-rack', {
      type: 'string',
      requiresArg: true,
      describe: "the gateway's name of the rack, where yours is another one",
    })
    .option('rack-only', { type: 'boolean', default: false, describe: 'a session that is good for one rack alone' })
    .option('token', {
      type: 'string',
      requiresArg: true,
      describe: 'a token that you were given instead, or - to read it from stdin',
    })
    .option('insecure', { type: 'boolean', default: false, describe: 'permit http:// to another machine' })
}

function whoamiOptions(own: Argv) {
  return own.option('offline', { type: 'boolean', default: false, describe: 'what was last known, without asking' })
}

function sessionsOptions(own: Argv) {
  return own
    .positional('action', { choices: ['list', 'end'] as const, default: 'list' as const })
    .positional('id', { type: 'string', describe: 'the session to end' })
}

/** For the help alone: its words are convox's, and read in `commands/can-words.ts`. */
function canOptions(own: Argv) {
  return own.option('as', { type: 'string', describe: 'the id or e-mail address of a user, for administrators' })
}

function ciOptions(own: Argv) {
  return own
    .positional('action', { choices: ['login'] as const, demandOption: true })
    .positional('url', { type: 'string', describe: "the gateway's address; without it, RACK_GATEWAY_URL" })
    .option('trust', { type: 'string', requiresArg: true, describe: 'the trust, where more than one matches' })
    .option('token-variable', { type: 'string', requiresArg: true, describe: "the variable with the job's OIDC token" })
}

function loggedOut(name: string | undefined, all: boolean): { name: string } | 'all' {
  if (all === (name !== undefined))
    throw new Usage('say which one: rack-gateway logout NAME, or rack-gateway logout --all')
  return name === undefined ? 'all' : { name }
}
