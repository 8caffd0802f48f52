import { type CommandTable, command } from '../command.ts'
import { app, file, text, toggle, watch } from '../flags.ts'
import { argument, given, type Invocation, isOn } from '../invocation.ts'
import { ask, only } from '../step.ts'
import { restarts } from './services.ts'

const named = { at: { name: argument(0) } }

export const configCommands: CommandTable = {
  configs: () => command({ flags: [app, watch] }, [ask('GET /apps/{app}/configs')]),
  'config get': () => command({ flags: [app], args: [1, 1] }, [ask('GET /apps/{app}/configs/{name}', named)]),
  'config set': () =>
    command({ flags: [app, file, text('value'), toggle('restart')], args: [1, 1], misuse: noValue }, [
      ask('PUT /apps/{app}/configs/{name}', { ...named, form: ['value'] }),
      ...only(isOn('restart'), restarts()),
    ]),
}

function noValue(invocation: Invocation): string | null {
  return given('file')(invocation) || given('value')(invocation) ? null : 'it has neither a file nor a value'
}
