import { atLeast, type CommandTable, command, requirePairs } from '../definition/command.ts'
import { app, file, number, text, toggle, watch } from '../definition/flags.ts'
import { argument, selectedApp, unknownToCli } from '../definition/invocation.ts'
import { essentialCall, optionalCall } from '../definition/step.ts'
import { checkProxyTargets, proxyPathParameters } from './path-parameters.ts'

const firstArgument = { params: { name: argument(0) } }
const oneArgument = { flags: [app], args: [1, 1] } as const
const oneArgumentAndFile = { flags: [app, file], args: [1, 1] } as const
const proxyFlags = [number('port', 'p'), toggle('tls', 't')]
const resource = 'GET /apps/{app}/resources/{name}'

/** One call per connection to the local port. The command continues when a call fails. */
const perConnection = () =>
  optionalCall('WS /proxy/{host}/{port}', { params: { host: unknownToCli, port: unknownToCli }, repeated: true })

export const resourceCommands: CommandTable = {
  resources: () => command({ flags: [app, watch] }, [essentialCall('GET /apps/{app}/resources')]),
  'resources info': () => command(oneArgument, [essentialCall(resource, firstArgument)]),
  'resources url': () => command(oneArgument, [essentialCall(resource, firstArgument)]),
  'resources console': () =>
    command(oneArgument, [essentialCall('WS /apps/{app}/resources/{name}/console', firstArgument)]),
  'resources export': () =>
    command(oneArgumentAndFile, [essentialCall('GET /apps/{app}/resources/{name}/data', firstArgument)]),
  'resources import': () =>
    command(oneArgumentAndFile, [essentialCall('PUT /apps/{app}/resources/{name}/data', firstArgument)]),
  'resources proxy': () =>
    command({ flags: [app, ...proxyFlags], args: [1, 1] }, [essentialCall(resource, firstArgument), perConnection()]),
  proxy: () =>
    command({ flags: [toggle('tls', 't')], args: atLeast(1), validate: checkProxyTargets }, [
      optionalCall('WS /proxy/{host}/{port}', { paths: proxyPathParameters, repeated: true }),
    ]),
}

const system = () => essentialCall('GET /system')
const rackResource = 'GET /resources/{name}'
const readResource = () => essentialCall(rackResource, firstArgument)
const oneRackResource = { args: [1, 1] } as const
const oneRackResourceAndApp = { flags: [app], args: [1, 1] } as const

export const rackResourceCommands: CommandTable = {
  'rack resources': () => command({ flags: [watch] }, [system(), essentialCall('GET /resources')]),
  'rack resources info': () => command(oneRackResource, [system(), readResource()]),
  'rack resources url': () => command(oneRackResource, [system(), readResource()]),
  'rack resources types': () => command({}, [system(), essentialCall('OPTIONS /resources')]),
  'rack resources options': () => command(oneRackResource, [system(), essentialCall('OPTIONS /resources')]),
  'rack resources proxy': () =>
    command({ flags: proxyFlags, args: [1, 1] }, [system(), readResource(), perConnection()]),
  'rack resources create': () =>
    command({ flags: [text('name', 'n')], args: atLeast(1), validate: requirePairs(1) }, [
      system(),
      essentialCall('POST /resources', { form: ['kind', 'parameters'] }),
      essentialCall(rackResource, { params: { name: unknownToCli } }),
    ]),
  'rack resources update': () =>
    command({ args: atLeast(1), validate: requirePairs(1) }, [
      system(),
      essentialCall('PUT /resources/{name}', { ...firstArgument, form: ['parameters'] }),
      readResource(),
    ]),
  'rack resources link': () =>
    command(oneRackResourceAndApp, [
      system(),
      essentialCall('POST /resources/{name}/links', { ...firstArgument, form: ['app'] }),
      readResource(),
    ]),
  'rack resources unlink': () =>
    command(oneRackResourceAndApp, [
      system(),
      essentialCall('DELETE /resources/{name}/links/{app}', { params: { ...firstArgument.params, app: selectedApp } }),
      readResource(),
    ]),
  'rack resources delete': () =>
    command(oneRackResource, [system(), essentialCall('DELETE /resources/{name}', firstArgument), readResource()]),
}
