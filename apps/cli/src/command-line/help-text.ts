import { type CommandGroup, type CommandList, loadGroup, loadSingleCommands } from './command-list.ts'
import { createParser, registerModule, withExamples } from './parse-words.ts'

export const overview = {
  describe: 'Run convox through a Rack Gateway, and manage logins, tokens, access, and the audit log.',
  usage: ['rack-gateway [--rack NAME] COMMAND [options]', 'rack-gateway [--rack NAME] CONVOX-COMMAND …'],
  details: [
    'A command that is not listed here is a command of convox. It runs as you typed it, through the gateway.',
    'The rack is the first of: RACK_URL, --rack, GATEWAY_RACK, .convox/rack in this directory, and the current rack (rack-gateway switch).',
    'More about a command: rack-gateway help COMMAND. Exit codes and all commands: rack-gateway man.',
  ],
  examples: [
    'rack-gateway login staging https://gateway.example.com',
    'rack-gateway apps',
    'rack-gateway ps -a myapp --rack staging',
    "rack-gateway run command 'rake stripe:prepare' -a myapp",
    'rack-gateway can releases promote -a myapp     # is it allowed, and why?',
    'rack-gateway --mfa-code 123456 releases promote -a myapp     # proves your second factor without a prompt',
    'rack-gateway --no-precheck deploy     # only the gateway decides',
    'rack-gateway --no-relay apps     # convox connects directly, without verifying the certificate',
    'rack-gateway -- racks     # the command "racks" of convox itself',
  ],
} as const

/** The output of `rack-gateway help`. */
export async function overviewHelp(list: CommandList, columns: number): Promise<string> {
  const parser = createParser(columns).usage([...overview.usage, '', overview.describe].join('\n'))
  for (const { module } of await loadSingleCommands(list)) registerModule(parser, module)
  for (const { name, describe } of list.groups) parser.command(name, describe)
  return withExamples(await parser.epilogue(overview.details.join('\n\n')).getHelp(), overview)
}

export async function groupHelp(group: CommandGroup, columns: number): Promise<string> {
  const parser = createParser(columns).usage(`$0 ${group.name} ACTION [options]\n\n${group.describe}`)
  for (const { module } of await loadGroup(group))
    registerModule(parser, { ...module, command: `${group.name} ${module.command}` })
  const more = `More about an action: rack-gateway help ${group.name} ACTION`
  return withExamples(
    await parser.epilogue([...(group.details ? [group.details] : []), more].join('\n\n')).getHelp(),
    group,
  )
}
