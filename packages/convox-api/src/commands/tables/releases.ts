import { type CommandTable, command } from '../definition/command.ts'
import { app, force, id, limit, text, toggle, watch } from '../definition/flags.ts'
import {
  argument,
  flagText,
  hasArgument,
  type Invocation,
  isEnabled,
  isGiven,
  not,
  unknownToCli,
} from '../definition/invocation.ts'
import { essentialCall, fromFlags, onlyIf, optionalCall, type Step } from '../definition/step.ts'
import { promotion, rollout } from './rollout.ts'

const firstArgument = { id: argument(0) }
const release = 'GET /apps/{app}/releases/{id}'
const flagOrNull = (flag: string) => (invocation: Invocation) => flagText(flag)(invocation) || null
const copyRelease = (...more: readonly string[]): Step =>
  essentialCall('POST /apps/{app}/releases', {
    form: ['build', 'env', ...more],
    environment: () => ({ named: [], others: 'possible' }),
  })

/** A copy of a release also copies its environment. */
export const releaseCommands: CommandTable = {
  releases: () =>
    command({ flags: [limit, app, watch] }, [
      essentialCall('GET /apps/{app}'),
      essentialCall('GET /apps/{app}/releases', { query: fromFlags('limit') }),
    ]),
  'releases info': () =>
    command({ flags: [app, toggle('reveal')], args: [1, 1] }, [
      essentialCall(release, { params: firstArgument }),
      optionalCall('GET /apps/{app}/configs/{name}', {
        params: { name: () => 'cli-env-mask' },
        when: not(isEnabled('reveal')),
      }),
    ]),
  'releases manifest': () =>
    command({ flags: [app], args: [1, 1] }, [
      essentialCall(release, { params: firstArgument }),
      essentialCall('GET /apps/{app}/builds/{id}', { params: { id: unknownToCli } }),
    ]),
  'releases promote': () =>
    command({ flags: [app, force], args: [0, 1] }, [
      essentialCall('GET /apps/{app}/releases', { query: ['limit'], when: not(hasArgument) }),
      ...promotion((invocation) => argument(0)(invocation) || null),
    ]),
  'releases rollback': () =>
    command({ flags: [app, id, force], args: [1, 1] }, [
      essentialCall(release, { params: firstArgument }),
      copyRelease(),
      essentialCall('POST /apps/{app}/releases/{id}/promote', { params: { id: unknownToCli }, form: ['force'] }),
      ...rollout(),
      essentialCall('GET /apps/{app}'),
    ]),
  'releases create-from': () =>
    command(
      {
        flags: [
          text('build-from'),
          text('env-from'),
          toggle('use-active-release-build'),
          toggle('use-active-release-env'),
          toggle('promote'),
          app,
        ],
        validate: checkSources,
      },
      [
        essentialCall('GET /apps/{app}'),
        essentialCall(release, { params: { id: flagOrNull('build-from') } }),
        essentialCall(release, { params: { id: flagOrNull('env-from') } }),
        copyRelease('description'),
        ...onlyIf(isEnabled('promote'), promotion()),
      ],
    ),
}

function checkSources(invocation: Invocation): string | null {
  const exactlyOne = (a: string, b: string) => isGiven(a)(invocation) !== isGiven(b)(invocation)
  const isComplete =
    exactlyOne('build-from', 'use-active-release-build') && exactlyOne('env-from', 'use-active-release-env')
  return isComplete ? null : 'it does not name one source of the build and one of the environment'
}
