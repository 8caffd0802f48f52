import { type CommandTable, command } from '../command.ts'
import { app, file, force, id, limit, list, number, text, toggle, watch } from '../flags.ts'
import { argument, flagText, given, type Invocation, isOn, not, onlyTheRackKnows } from '../invocation.ts'
import { ask, type Field, fromFlags, mayAsk, only, type Step, sentIf } from '../step.ts'
import { keptAlive } from './kept-alive.ts'
import { promotion } from './rollout.ts'

/** Keys that the CLI makes up, as examples. */
const sourceKey = () => 'tmp/000000000000000000000000000000.tgz'
const logKey = () => 'build/B0000000000/logs'
const made = { id: onlyTheRackKnows }
const named = { id: argument(0) }
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
/** How a toggle's value is sent is convox's to say, so only the names of toggles are known. */
const chosen = () => [
  ...fromFlags('build-args', 'description', 'manifest'),
  ...['development', 'external', 'no-cache', 'wildcard-domain'].flatMap((name) => sentIf(given(name), name)),
]

function uploaded(fields: readonly Field[]): Step[] {
  return [
    ask('GET /system'),
    ask('POST /apps/{app}/objects/{key:.*}', { at: { key: sourceKey } }),
    ask('POST /apps/{app}/builds', { form: ['url', ...fields] }),
    ask(buildLogs, { at: made }),
    ask(build, { at: made }),
  ]
}

const releaseOfBuild = () => [
  ask('POST /apps/{app}/releases', { form: ['build'] }),
  ask(buildUpdate, { at: made, form: ['release'] }),
]

/** The builder that runs on this machine asks in between, as far as it comes. */
const external = () => [
  ask('GET /system'),
  ask('POST /apps/{app}/builds', { form: ['url', ...chosen()] }),
  ask(buildUpdate, { at: made, form: ['manifest'] }),
  mayAsk(build, { at: made }),
  mayAsk('POST /apps/{app}/objects/{key:.*}', { at: { key: logKey } }),
  mayAsk(buildUpdate, { at: made, form: ['ended', 'logs', 'status'] }),
  mayAsk('POST /events', { form: ['action', 'data'] }),
  ...releaseOfBuild(),
]

const built = () => [...only(not(isOn('external')), uploaded(chosen())), ...only(isOn('external'), external())]
const noRelease = not((invocation: Invocation) => flagText('release')(invocation) !== '')
const testedService = { service: onlyTheRackKnows }
const testedProcess = { at: { pid: onlyTheRackKnows } }
const testedRelease = (invocation: Invocation) => flagText('release')(invocation) || null
/** A manifest's test command, which only the release knows. */
const tests = () => [
  mayAsk('POST /apps/{app}/services/{service}/processes', {
    at: testedService,
    headers: ['Release'],
    command: keptAlive,
    release: (invocation) => ({ id: testedRelease(invocation) }),
  }),
  mayAsk('GET /apps/{app}/processes/{pid}', testedProcess),
  mayAsk('WS /apps/{app}/processes/{pid}/exec', { ...testedProcess, ownRunOf: onlyTheRackKnows }),
  mayAsk('DELETE /apps/{app}/processes/{pid}', { ...testedProcess, ownRunOf: onlyTheRackKnows }),
]

/** Builds: made, tested, exported, imported. */
export const buildCommands: CommandTable = {
  build: () => command({ flags: buildFlags, args: [0, 1] }, built()),
  deploy: () => command({ flags: [...buildFlags, force], args: [0, 1] }, [...built(), ...promotion()]),
  test: () =>
    command({ flags: [app, text('description', 'd'), text('release'), number('timeout', 't')], args: [0, 1] }, [
      ...only(noRelease, uploaded([...fromFlags('description'), ...sentIf(noRelease, 'development')])),
      ask('GET /apps/{app}/releases/{id}', { at: { id: testedRelease } }),
      ...tests(),
    ]),
  builds: () => command({ flags: [limit, app, watch] }, [ask('GET /apps/{app}/builds', { query: fromFlags('limit') })]),
  'builds info': () => command({ flags: [app], args: [1, 1] }, [ask(build, { at: named })]),
  'builds logs': () => command({ flags: [app], args: [1, 1] }, [ask(buildLogs, { at: named })]),
  'builds export': () =>
    command({ flags: [app, file], args: [1, 1] }, [ask('GET /apps/{app}/builds/{id}.tgz', { at: named })]),
  'builds import': () =>
    command({ flags: [app, id, file] }, [ask('GET /system'), ask('POST /apps/{app}/builds/import')]),
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
        ask('POST /apps/{app}/builds', { form: ['url', 'external'] }),
        ask(buildUpdate, { at: made, form: ['manifest'] }),
        ask('POST /apps/{app}/builds/{id}/image', { at: made, form: ['image', ...fromFlags('src-creds-user')] }),
        ask(build, { at: made }),
        ...releaseOfBuild(),
      ],
    ),
}
