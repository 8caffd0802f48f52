import { atLeast, type CommandTable, command, requirePairs } from '../definition/command.ts'
import { app, file, number, text, watch } from '../definition/flags.ts'
import { argument, argumentOrSelectedApp, unknownToCli } from '../definition/invocation.ts'
import { essentialCall, fromFlags, optionalCall } from '../definition/step.ts'
import { rollout } from './rollout.ts'

const params = { app: argumentOrSelectedApp }
const oneArgument = { flags: [app], args: [0, 1] } as const
const oneArgumentAndFile = { flags: [app, file], args: [0, 1] } as const
const wholeEnvironment = () => ({ named: [], others: 'possible' }) as const
const unknownId = { ...params, id: unknownToCli }
const unknownName = { ...params, name: unknownToCli }

/** The content of an imported archive is not examined, so the calls that depend on it are optional. */
export const appCommands: CommandTable = {
  apps: () => command({ flags: [watch] }, [essentialCall('GET /apps')]),
  'apps info': () => command(oneArgument, [essentialCall('GET /apps/{app}', { params })]),
  'apps lock': () => command(oneArgument, [essentialCall('PUT /apps/{app}', { params, form: ['lock'] })]),
  'apps unlock': () => command(oneArgument, [essentialCall('PUT /apps/{app}', { params, form: ['lock'] })]),
  'apps params': () =>
    command(oneArgument, [essentialCall('GET /system'), essentialCall('GET /apps/{app}', { params })]),
  'apps params set': () =>
    command({ flags: [app], args: atLeast(1), validate: requirePairs(0) }, [
      essentialCall('GET /system'),
      essentialCall('PUT /apps/{app}', { form: ['parameters'] }),
      ...rollout(),
      essentialCall('GET /apps/{app}'),
    ]),
  'apps cancel': () =>
    command(oneArgument, [
      essentialCall('POST /apps/{app}/cancel', { params }),
      essentialCall('GET /apps/{app}/releases', { params, query: ['limit'] }),
      essentialCall('GET /apps/{app}/releases/{id}', { params: unknownId }),
      essentialCall('POST /apps/{app}/releases', { params, form: ['build', 'env'], environment: wholeEnvironment }),
    ]),
  'apps create': () =>
    command({ flags: [text('generation', 'g'), number('timeout')], args: [0, 1] }, [
      essentialCall('POST /apps', { form: ['name', ...fromFlags('generation', 'timeout')] }),
      essentialCall('GET /apps/{app}', { params }),
    ]),
  'apps delete': () =>
    command({ args: [1, 1] }, [
      essentialCall('DELETE /apps/{app}', { params: { app: argument(0) } }),
      essentialCall('GET /apps/{app}', { params: { app: argument(0) } }),
    ]),
  'apps export': () =>
    command(oneArgumentAndFile, [
      essentialCall('GET /apps/{app}', { params }),
      optionalCall('GET /apps/{app}/releases/{id}', { params: unknownId }),
      optionalCall('GET /apps/{app}/builds/{id}.tgz', { params: unknownId }),
      essentialCall('GET /apps/{app}/resources', { params }),
      optionalCall('GET /apps/{app}/resources/{name}/data', { params: unknownName }),
    ]),
  'apps import': () =>
    command(oneArgumentAndFile, [
      essentialCall('POST /apps', { form: ['name', 'generation'] }),
      essentialCall('GET /apps/{app}', { params }),
      optionalCall('POST /apps/{app}/builds/import', { params }),
      optionalCall('POST /apps/{app}/releases', { params, form: ['env'], environment: wholeEnvironment }),
      optionalCall('POST /apps/{app}/releases/{id}/promote', { params: unknownId }),
      optionalCall('PUT /apps/{app}/resources/{name}/data', { params: unknownName, repeated: true }),
      optionalCall('PUT /apps/{app}', { params, form: ['parameters'] }),
    ]),
  balancers: () => command({ flags: [app, watch] }, [essentialCall('GET /apps/{app}/balancers')]),
}
