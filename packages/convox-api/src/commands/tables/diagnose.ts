import { type CommandTable, command } from '../definition/command.ts'
import { app, number, text, toggle, watch } from '../definition/flags.ts'
import { isEnabled } from '../definition/invocation.ts'
import { essentialCall, fieldsIf, fromFlag } from '../definition/step.ts'

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
        essentialCall('GET /apps/{app}/diagnose', {
          query: [
            fromFlag('checks', 'checks'),
            fromFlag('service', 'services'),
            fromFlag('age', 'age'),
            fromFlag('all', 'all'),
            fromFlag('lines', 'lines'),
            ...fieldsIf(isEnabled('no-events'), 'events'),
            ...fieldsIf(isEnabled('no-previous'), 'previous'),
          ],
        }),
      ],
    ),
}
