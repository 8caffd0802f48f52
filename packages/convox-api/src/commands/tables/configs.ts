import { type CommandTable, command } from '../definition/command.ts'
import { app, file, text, toggle, watch } from '../definition/flags.ts'
import { argument, type Invocation, isEnabled, isGiven } from '../definition/invocation.ts'
import { essentialCall, onlyIf } from '../definition/step.ts'
import { restartServices } from './services.ts'

const firstArgument = { params: { name: argument(0) } }

export const configCommands: CommandTable = {
  configs: () => command({ flags: [app, watch] }, [essentialCall('GET /apps/{app}/configs')]),
  'config get': () =>
    command({ flags: [app], args: [1, 1] }, [essentialCall('GET /apps/{app}/configs/{name}', firstArgument)]),
  'config set': () =>
    command({ flags: [app, file, text('value'), toggle('restart')], args: [1, 1], validate: requireValue }, [
      essentialCall('PUT /apps/{app}/configs/{name}', { ...firstArgument, form: ['value'] }),
      ...onlyIf(isEnabled('restart'), restartServices()),
    ]),
}

function requireValue(invocation: Invocation): string | null {
  return isGiven('file')(invocation) || isGiven('value')(invocation) ? null : 'it has neither a file nor a value'
}
