import { type CommandTable, command } from '../command.ts'
import { app, number, text, toggle, watch } from '../flags.ts'
import { isEnabled } from '../invocation.ts'
import { essentialCall, fieldsIf, fromFlag } from '../step.ts'

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
