import { atLeast, type CommandTable, command } from '../command.ts'
import { app, file, number, text, watch } from '../flags.ts'
import { argument, argumentOrApp, onlyTheRackKnows } from '../invocation.ts'
import { ask, fromFlags, mayAsk } from '../step.ts'
import { noPairs } from './pairs.ts'
import { rollout } from './rollout.ts'

const at = { app: argumentOrApp }
const ofOne = { flags: [app], args: [0, 1] } as const
const ofOneWithFile = { flags: [app, file], args: [0, 1] } as const
const wholeEnvironment = () => ({ named: [], others: 'possible' }) as const
const unknownId = { ...at, id: onlyTheRackKnows }
const unknownName = { ...at, name: onlyTheRackKnows }

/** Apps as a whole. What an archive holds is looked into by nobody before it is imported. */
export const appCommands: CommandTable = {
  apps: () => command({ flags: [watch] }, [ask('GET /apps')]),
  'apps info': () => command(ofOne, [ask('GET /apps/{app}', { at })]),
  'apps lock': () => command(ofOne, [ask('PUT /apps/{app}', { at, form: ['lock'] })]),
  'apps unlock': () => command(ofOne, [ask('PUT /apps/{app}', { at, form: ['lock'] })]),
  'apps params': () => command(ofOne, [ask('GET /system'), ask('GET /apps/{app}', { at })]),
  'apps params set': () =>
    command({ flags: [app], args: atLeast(1), misuse: noPairs(0) }, [
      ask('GET /system'),
      ask('PUT /apps/{app}', { form: ['parameters'] }),
      ...rollout(),
      ask('GET /apps/{app}'),
    ]),
  'apps cancel': () =>
    command(ofOne, [
      ask('POST /apps/{app}/cancel', { at }),
      ask('GET /apps/{app}/releases', { at, query: ['limit'] }),
      ask('GET /apps/{app}/releases/{id}', { at: unknownId }),
      ask('POST /apps/{app}/releases', { at, form: ['build', 'env'], environment: wholeEnvironment }),
    ]),
  'apps create': () =>
    command({ flags: [text('generation', 'g'), number('timeout')], args: [0, 1] }, [
      ask('POST /apps', { form: ['name', ...fromFlags('generation', 'timeout')] }),
      ask('GET /apps/{app}', { at }),
    ]),
  'apps delete': () =>
    command({ args: [1, 1] }, [
      ask('DELETE /apps/{app}', { at: { app: argument(0) } }),
      ask('GET /apps/{app}', { at: { app: argument(0) } }),
    ]),
  'apps export': () =>
    command(ofOneWithFile, [
      ask('GET /apps/{app}', { at }),
      mayAsk('GET /apps/{app}/releases/{id}', { at: unknownId }),
      mayAsk('GET /apps/{app}/builds/{id}.tgz', { at: unknownId }),
      ask('GET /apps/{app}/resources', { at }),
      mayAsk('GET /apps/{app}/resources/{name}/data', { at: unknownName }),
    ]),
  'apps import': () =>
    command(ofOneWithFile, [
      ask('POST /apps', { form: ['name', 'generation'] }),
      ask('GET /apps/{app}', { at }),
      mayAsk('POST /apps/{app}/builds/import', { at }),
      mayAsk('POST /apps/{app}/releases', { at, form: ['env'], environment: wholeEnvironment }),
      mayAsk('POST /apps/{app}/releases/{id}/promote', { at: unknownId }),
      mayAsk('PUT /apps/{app}/resources/{name}/data', { at: unknownName }),
      mayAsk('PUT /apps/{app}', { at, form: ['parameters'] }),
    ]),
  balancers: () => command({ flags: [app, watch] }, [ask('GET /apps/{app}/balancers')]),
}
