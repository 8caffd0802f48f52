import { type CommandTable, command } from '../command.ts'
import { app, number, text, toggle, watch } from '../flags.ts'
import { isOn } from '../invocation.ts'
import { ask, fromFlag, sentIf } from '../step.ts'

export const diagnoseCommands: CommandTable = {
  'deploy-debug': () =>
    command(
      {
        flags: [
          text('checks', 'c'),
          text('service', 's'),
          number('age', 'A'),
          toggle('all'),
          number('lines', 'n'),
          app,
          watch,
          text('output', 'o'),
          toggle('no-events'),
          toggle('no-previous'),
        ],
      },
      [
        ask('GET /apps/{app}/diagnose', {
          query: [
            fromFlag('checks', 'checks'),
            fromFlag('service', 'services'),
            fromFlag('age', 'age'),
            fromFlag('all', 'all'),
            fromFlag('lines', 'lines'),
            ...sentIf(isOn('no-events'), 'events'),
            ...sentIf(isOn('no-previous'), 'previous'),
          ],
        }),
      ],
    ),
}
