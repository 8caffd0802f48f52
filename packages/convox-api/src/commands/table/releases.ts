import { type CommandTable, command } from '../command.ts'
import { app, force, id, limit, text, toggle, watch } from '../flags.ts'
import { argument, flagText, given, hasArgument, type Invocation, isOn, not, onlyTheRackKnows } from '../invocation.ts'
import { ask, fromFlags, mayAsk, only, type Step } from '../step.ts'
import { promotion, rollout } from './rollout.ts'

const named = { id: argument(0) }
const release = 'GET /apps/{app}/releases/{id}'
const flagOrNull = (flag: string) => (invocation: Invocation) => flagText(flag)(invocation) || null
const copied = (...more: readonly string[]): Step =>
  ask('POST /apps/{app}/releases', {
    form: ['build', 'env', ...more],
    environment: () => ({ named: [], others: 'possible' }),
  })

/** Releases. A copied one brings the whole environment of another. */
export const releaseCommands: CommandTable = {
  releases: () =>
    command({ flags: [limit, app, watch] }, [
      ask('GET /apps/{app}'),
      ask('GET /apps/{app}/releases', { query: fromFlags('limit') }),
    ]),
  'releases info': () =>
    command({ flags: [app, toggle('reveal')], args: [1, 1] }, [
      ask(release, { at: named }),
      mayAsk('GET /apps/{app}/configs/{name}', { at: { name: () => 'cli-env-mask' }, when: not(isOn('reveal')) }),
    ]),
  'releases manifest': () =>
    command({ flags: [app], args: [1, 1] }, [
      ask(release, { at: named }),
      ask('GET /apps/{app}/builds/{id}', { at: { id: onlyTheRackKnows } }),
    ]),
  'releases promote': () =>
    command({ flags: [app, force], args: [0, 1] }, [
      ask('GET /apps/{app}/releases', { query: ['limit'], when: not(hasArgument) }),
      ...promotion((invocation) => argument(0)(invocation) || null),
    ]),
  'releases rollback': () =>
    command({ flags: [app, id, force], args: [1, 1] }, [
      ask(release, { at: named }),
      copied(),
      ask('POST /apps/{app}/releases/{id}/promote', { at: { id: onlyTheRackKnows }, form: ['force'] }),
      ...rollout(),
      ask('GET /apps/{app}'),
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
        misuse: oddSources,
      },
      [
        ask('GET /apps/{app}'),
        ask(release, { at: { id: flagOrNull('build-from') } }),
        ask(release, { at: { id: flagOrNull('env-from') } }),
        copied('description'),
        ...only(isOn('promote'), promotion()),
      ],
    ),
}

function oddSources(invocation: Invocation): string | null {
  const one = (a: string, b: string) => given(a)(invocation) !== given(b)(invocation)
  const whole = one('build-from', 'use-active-release-build') && one('env-from', 'use-active-release-env')
  return whole ? null : 'it does not name one source of the build and one of the environment'
}
