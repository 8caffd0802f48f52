import { atLeast, type CommandTable, command } from '../command.ts'
import { app, duration, type Flag, number, text, toggle, watch } from '../flags.ts'
import { argument, flagText, type Invocation, isOn, not, onlyTheRackKnows, typedCommand } from '../invocation.ts'
import { ask, fromFlag, fromFlags, mayAsk, only, sentIf } from '../step.ts'
import { keptAlive } from './kept-alive.ts'
import { remotePlaces } from './remote-places.ts'
import { budgetShown } from './services.ts'

const pid = { pid: argument(0) }
const ofOne = { flags: [app], args: [1, 1] } as const
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

const started = () => ({
  at: { service: argument(0) },
  headers: runHeaders(),
  release: (invocation: Invocation) => {
    const id = flagText('release')(invocation)
    return id === '' ? null : { id }
  },
})
const ownProcess = { at: { pid: onlyTheRackKnows }, ownRunOf: argument(0) }

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
  ...sentIf(isOn('no-follow'), 'Follow'),
  fromFlag('filter', 'Filter'),
  fromFlag('max-log-requests', 'Maxlogrequests'),
  fromFlag('since', 'Since'),
  fromFlag('allow-previous', 'Previous'),
  fromFlag('tail', 'Tail'),
]
const ofService = (invocation: Invocation) => flagText('service')(invocation) !== ''

/** Processes and logs: what runs, is run, executed in, copied. */
export const processCommands: CommandTable = {
  ps: () =>
    command({ flags: [text('release'), text('service', 's'), app, watch] }, [
      ask('GET /apps/{app}/processes', { query: fromFlags('release', 'service') }),
      ...budgetShown(),
    ]),
  'ps info': () => command({ ...ofOne, flags: [app, watch] }, [ask('GET /apps/{app}/processes/{pid}', { at: pid })]),
  'ps stop': () => command(ofOne, [ask('DELETE /apps/{app}/processes/{pid}', { at: pid })]),
  exec: () =>
    command({ flags: [app], args: atLeast(2) }, [
      ask('WS /apps/{app}/processes/{pid}/exec', { at: pid, command: typedCommand }),
    ]),
  run: () =>
    command({ flags: runFlags, args: atLeast(2) }, [
      ask('POST /apps/{app}/services/{service}/processes', {
        ...started(),
        command: (invocation) => (isOn('detach')(invocation) ? typedCommand : keptAlive)(invocation),
      }),
      ...only(not(isOn('detach')), [
        ask('GET /apps/{app}/processes/{pid}', { at: { pid: onlyTheRackKnows } }),
        ask('WS /apps/{app}/processes/{pid}/exec', { ...ownProcess, command: typedCommand, headers: ['Entrypoint'] }),
        mayAsk('DELETE /apps/{app}/processes/{pid}', ownProcess),
      ]),
    ]),
  cp: () =>
    command({ flags: [app, text('tar-extra')], args: [2, 2], misuse: oddPlaces }, [
      ask(`GET ${files}`, { paths: remotePlaces(0), query: ['file'] }),
      ask(`POST ${files}`, { paths: remotePlaces(1), query: fromFlags('tar-extra') }),
    ]),
  logs: () =>
    command({ flags: [...logFlags, app, text('service', 's')] }, [
      ask('WS /apps/{app}/logs', { headers: logHeaders(), when: not(ofService) }),
      ask('WS /apps/{app}/services/{service}/logs', {
        at: { service: flagText('service') },
        headers: logHeaders(),
        when: ofService,
      }),
    ]),
  'rack logs': () => command({ flags: logFlags }, [ask('WS /system/logs', { headers: logHeaders() })]),
}

function oddPlaces({ args }: Invocation): string | null {
  return args.every((place) => /^[^:]*(?::\/|$)/.test(place)) ? null : 'a path in a process is not absolute'
}
