import type { Command } from './definition.ts'
import { jsonFlag, rackFlag } from './shared-flags.ts'

export const canCommand: Command = {
  name: 'can',
  summary: 'ask whether a command of convox may be run, and why',
  about: 'Its own flags come before the words of convox. Ends with 0, or with 5 when it is refused.',
  examples: [
    'rack-gateway can releases promote -a web --rack production',
    "rack-gateway can --json run command 'rake db:migrate' -a web",
    'rack-gateway can --as ada@example.com env set -a web',
  ],
  arguments: { command: { about: "convox's words", takes: 'some' } },
  flags: {
    as: {
      about: 'the id or e-mail address of a user (EMAIL/ISSUER where several have it), for administrators',
      value: 'USER',
    },
    json: jsonFlag,
    rack: rackFlag,
  },
  waits: 'asking the gateway',
  reads: 'itself',
  async run(context, given) {
    const { words, rack } = given as { words: readonly string[]; rack: string | null }
    return (await import('../commands/can.ts')).can(context, words, rack)
  },
}
