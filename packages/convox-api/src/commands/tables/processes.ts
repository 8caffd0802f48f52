import { atLeast, type CommandTable, command } from '../definition/command.ts'
import { app, duration, type Flag, number, text, toggle, watch } from '../definition/flags.ts'
import {
  argument,
  commandFromArguments,
  flagText,
  type Invocation,
  isEnabled,
  keepAliveCommand,
  not,
  unknownToCli,
} from '../definition/invocation.ts'
import { essentialCall, fieldsIf, fromFlag, fromFlags, onlyIf, optionalCall } from '../definition/step.ts'
import { copyPathParameters } from './path-parameters.ts'
import { showBudget } from './services.ts'

const pid = { pid: argument(0) }
const oneArgument = { flags: [app], args: [1, 1] } as const
const files = '/apps/{app}/processes/{pid}/files'

const runFlags: readonly Flag[] = [
  number('cpu'),
  number('cpu-limit'),
  number('gpu'),
  text('gpu-vendor'),
  number('memory'),
  number('memory-limit'),
  text('release'),
  toggle('use-service-volume'),
  text('node-labels'),
  toggle('system-critical'),
  app,
  toggle('detach', 'd'),
  number('timeout', 't'),
  toggle('entrypoint', 'e'),
]
const runHeaders = () =>
  [
    ['cpu', 'Cpu'],
    ['cpu-limit', 'Cpu-Limit'],
    ['gpu', 'Gpu'],
    ['gpu-vendor', 'Gpu-Vendor'],
    ['memory', 'Memory'],
    ['memory-limit', 'Memory-Limit'],
    ['release', 'Release'],
    ['use-service-volume', 'Use-Service-Volume'],
    ['node-labels', 'Node-Labels'],
    ['system-critical', 'System-Critical'],
  ].map(([flag = '', header = '']) => fromFlag(flag, header))

const startedProcess = () => ({
  params: { service: argument(0) },
  headers: runHeaders(),
  release: (invocation: Invocation) => {
    const id = flagText('release')(invocation)
    return id === '' ? null : { id }
  },
})
const ownProcess = { params: { pid: unknownToCli }, serviceOfStartedProcess: argument(0) }

const logFlags: readonly Flag[] = [
  text('filter'),
  number('max-log-requests'),
  duration('since'),
  toggle('allow-previous'),
  number('tail'),
  toggle('no-follow'),
]
const logHeaders = () => [
  'Prefix',
  ...fieldsIf(isEnabled('no-follow'), 'Follow'),
  fromFlag('filter', 'Filter'),
  fromFlag('max-log-requests', 'Maxlogrequests'),
  fromFlag('since', 'Since'),
  fromFlag('allow-previous', 'Previous'),
  fromFlag('tail', 'Tail'),
]
const hasService = (invocation: Invocation) => flagText('service')(invocation) !== ''

export const processCommands: CommandTable = {
  ps: () =>
    command({ flags: [text('release'), text('service', 's'), app, watch] }, [
      essentialCall('GET /apps/{app}/processes', { query: fromFlags('release', 'service') }),
      ...showBudget(),
    ]),
  'ps info': () =>
    command({ ...oneArgument, flags: [app, watch] }, [
      essentialCall('GET /apps/{app}/processes/{pid}', { params: pid }),
    ]),
  'ps stop': () => command(oneArgument, [essentialCall('DELETE /apps/{app}/processes/{pid}', { params: pid })]),
  exec: () =>
    command({ flags: [app], args: atLeast(2) }, [
      essentialCall('WS /apps/{app}/processes/{pid}/exec', { params: pid, command: commandFromArguments }),
    ]),
  run: () =>
    command({ flags: runFlags, args: atLeast(2) }, [
      essentialCall('POST /apps/{app}/services/{service}/processes', {
        ...startedProcess(),
        command: (invocation) =>
          (isEnabled('detach')(invocation) ? commandFromArguments : keepAliveCommand)(invocation),
      }),
      ...onlyIf(not(isEnabled('detach')), [
        essentialCall('GET /apps/{app}/processes/{pid}', { params: { pid: unknownToCli } }),
        essentialCall('WS /apps/{app}/processes/{pid}/exec', {
          ...ownProcess,
          command: commandFromArguments,
          headers: ['Entrypoint'],
        }),
        optionalCall('DELETE /apps/{app}/processes/{pid}', ownProcess),
      ]),
    ]),
  cp: () =>
    command({ flags: [app, text('tar-extra')], args: [2, 2], validate: checkCopyPaths }, [
      essentialCall(`GET ${files}`, { paths: copyPathParameters(0), query: ['file'] }),
      essentialCall(`POST ${files}`, { paths: copyPathParameters(1), query: fromFlags('tar-extra') }),
    ]),
  logs: () =>
    command({ flags: [...logFlags, app, text('service', 's')] }, [
      essentialCall('WS /apps/{app}/logs', { headers: logHeaders(), when: not(hasService) }),
      essentialCall('WS /apps/{app}/services/{service}/logs', {
        params: { service: flagText('service') },
        headers: logHeaders(),
        when: hasService,
      }),
    ]),
  'rack logs': () => command({ flags: logFlags }, [essentialCall('WS /system/logs', { headers: logHeaders() })]),
}

function checkCopyPaths({ args }: Invocation): string | null {
  return args.every((path) => /^[^:]*(?::\/|$)/.test(path)) ? null : 'a path in a process is not absolute'
}
