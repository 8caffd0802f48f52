import { type CommandTable, command } from '../definition/command.ts'
import { app, file, force, id, limit, list, number, text, toggle, watch } from '../definition/flags.ts'
import {
  argument,
  flagText,
  type Invocation,
  isEnabled,
  isGiven,
  keepAliveCommand,
  not,
  unknownToCli,
} from '../definition/invocation.ts'
import { essentialCall, type Field, fieldsIf, fromFlags, onlyIf, optionalCall, type Step } from '../definition/step.ts'
import { promotion } from './rollout.ts'

/** Examples of object keys that the CLI generates. */
const sourceKey = () => 'tmp/000000000000000000000000000000.tgz'
const logKey = () => 'build/B0000000000/logs'
const newBuild = { id: unknownToCli }
const firstArgument = { id: argument(0) }
const build = 'GET /apps/{app}/builds/{id}'
const buildUpdate = 'PUT /apps/{app}/builds/{id}'
const buildLogs = 'WS /apps/{app}/builds/{id}/logs'

const buildFlags = [
  list('build-args'),
  text('description', 'd'),
  toggle('development'),
  toggle('external'),
  text('manifest', 'm'),
  toggle('no-cache'),
  toggle('wildcard-domain'),
  app,
  id,
]
/** Convox decides how it sends the value of a toggle, so only the names of toggles are known. */
const buildFields = () => [
  ...fromFlags('build-args', 'description', 'manifest'),
  ...['development', 'external', 'no-cache', 'wildcard-domain'].flatMap((name) => fieldsIf(isGiven(name), name)),
]

function uploadAndBuild(fields: readonly Field[]): Step[] {
  return [
    essentialCall('GET /system'),
    essentialCall('POST /apps/{app}/objects/{key:.*}', { params: { key: sourceKey } }),
    essentialCall('POST /apps/{app}/builds', { form: ['url', ...fields] }),
    essentialCall(buildLogs, { params: newBuild }),
    essentialCall(build, { params: newBuild }),
  ]
}

const createRelease = () => [
  essentialCall('POST /apps/{app}/releases', { form: ['build'] }),
  essentialCall(buildUpdate, { params: newBuild, form: ['release'] }),
]

/** The local builder makes no further calls if the build fails. */
const buildLocally = () => [
  essentialCall('GET /system'),
  essentialCall('POST /apps/{app}/builds', { form: ['url', ...buildFields()] }),
  essentialCall(buildUpdate, { params: newBuild, form: ['manifest'] }),
  optionalCall(build, { params: newBuild }),
  optionalCall('POST /apps/{app}/objects/{key:.*}', { params: { key: logKey } }),
  optionalCall(buildUpdate, { params: newBuild, form: ['ended', 'logs', 'status'] }),
  optionalCall('POST /events', { form: ['action', 'data'] }),
  ...createRelease(),
]

const buildSteps = () => [
  ...onlyIf(not(isEnabled('external')), uploadAndBuild(buildFields())),
  ...onlyIf(isEnabled('external'), buildLocally()),
]
const noRelease = not((invocation: Invocation) => flagText('release')(invocation) !== '')
const testedService = { service: unknownToCli }
const testedProcess = { params: { pid: unknownToCli }, repeated: true }
const testedRelease = (invocation: Invocation) => flagText('release')(invocation) || null
/** Runs the test commands of the manifest, which are known only from the release. */
const testRuns = () => [
  optionalCall('POST /apps/{app}/services/{service}/processes', {
    params: testedService,
    headers: ['Release'],
    command: keepAliveCommand,
    release: (invocation) => ({ id: testedRelease(invocation) }),
    repeated: true,
  }),
  optionalCall('GET /apps/{app}/processes/{pid}', testedProcess),
  optionalCall('WS /apps/{app}/processes/{pid}/exec', { ...testedProcess, serviceOfStartedProcess: unknownToCli }),
  optionalCall('DELETE /apps/{app}/processes/{pid}', { ...testedProcess, serviceOfStartedProcess: unknownToCli }),
]

export const buildCommands: CommandTable = {
  build: () => command({ flags: buildFlags, args: [0, 1] }, buildSteps()),
  deploy: () => command({ flags: [...buildFlags, force], args: [0, 1] }, [...buildSteps(), ...promotion()]),
  test: () =>
    command({ flags: [app, text('description', 'd'), text('release'), number('timeout', 't')], args: [0, 1] }, [
      ...onlyIf(noRelease, uploadAndBuild([...fromFlags('description'), ...fieldsIf(noRelease, 'development')])),
      essentialCall('GET /apps/{app}/releases/{id}', { params: { id: testedRelease } }),
      ...testRuns(),
    ]),
  builds: () =>
    command({ flags: [limit, app, watch] }, [essentialCall('GET /apps/{app}/builds', { query: fromFlags('limit') })]),
  'builds info': () => command({ flags: [app], args: [1, 1] }, [essentialCall(build, { params: firstArgument })]),
  'builds logs': () => command({ flags: [app], args: [1, 1] }, [essentialCall(buildLogs, { params: firstArgument })]),
  'builds export': () =>
    command({ flags: [app, file], args: [1, 1] }, [
      essentialCall('GET /apps/{app}/builds/{id}.tgz', { params: firstArgument }),
    ]),
  'builds import': () =>
    command({ flags: [app, id, file] }, [
      essentialCall('GET /system'),
      essentialCall('POST /apps/{app}/builds/import'),
    ]),
  'builds import-image': () =>
    command(
      {
        flags: [
          app,
          text('manifest', 'm'),
          text('src-creds-user'),
          text('src-creds-pass'),
          text('src-creds-pass-env'),
          toggle('src-creds-pass-stdin'),
        ],
        args: [1, 1],
      },
      [
        essentialCall('POST /apps/{app}/builds', { form: ['url', 'external'] }),
        essentialCall(buildUpdate, { params: newBuild, form: ['manifest'] }),
        essentialCall('POST /apps/{app}/builds/{id}/image', {
          params: newBuild,
          form: ['image', ...fromFlags('src-creds-user')],
        }),
        essentialCall(build, { params: newBuild }),
        ...createRelease(),
      ],
    ),
}
