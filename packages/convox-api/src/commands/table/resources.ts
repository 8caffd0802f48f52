import { atLeast, type CommandTable, command } from '../command.ts'
import { app, file, number, text, toggle, watch } from '../flags.ts'
import { argument, namedApp, onlyTheRackKnows } from '../invocation.ts'
import { ask, mayAsk } from '../step.ts'
import { noPairs } from './pairs.ts'
import { oddProxies, proxiedPlaces } from './remote-places.ts'

const named = { at: { name: argument(0) } }
const ofOne = { flags: [app], args: [1, 1] } as const
const ofOneWithFile = { flags: [app, file], args: [1, 1] } as const
const proxyFlags = [number('port', 'p'), toggle('tls', 't')]
const resource = 'GET /apps/{app}/resources/{name}'

/** A call for each connection that somebody makes to the local port: the command itself goes on when one is refused. */
const perConnection = () =>
  mayAsk('WS /proxy/{host}/{port}', { at: { host: onlyTheRackKnows, port: onlyTheRackKnows } })

export const resourceCommands: CommandTable = {
  resources: () => command({ flags: [app, watch] }, [ask('GET /apps/{app}/resources')]),
  'resources info': () => command(ofOne, [ask(resource, named)]),
  'resources url': () => command(ofOne, [ask(resource, named)]),
  'resources console': () => command(ofOne, [ask('WS /apps/{app}/resources/{name}/console', named)]),
  'resources export': () => command(ofOneWithFile, [ask('GET /apps/{app}/resources/{name}/data', named)]),
  'resources import': () => command(ofOneWithFile, [ask('PUT /apps/{app}/resources/{name}/data', named)]),
  'resources proxy': () =>
    command({ flags: [app, ...proxyFlags], args: [1, 1] }, [ask(resource, named), perConnection()]),
  proxy: () =>
    command({ flags: [toggle('tls', 't')], args: atLeast(1), misuse: oddProxies }, [
      mayAsk('WS /proxy/{host}/{port}', { paths: proxiedPlaces }),
    ]),
}

const system = () => ask('GET /system')
const rackResource = 'GET /resources/{name}'
const running = () => ask(rackResource, named)
const ofRackOne = { args: [1, 1] } as const
const ofRackApp = { flags: [app], args: [1, 1] } as const

/** The rack's own resources: never an app's. */
export const rackResourceCommands: CommandTable = {
  'rack resources': () => command({ flags: [watch] }, [system(), ask('GET /resources')]),
  'rack resources info': () => command(ofRackOne, [system(), running()]),
  'rack resources url': () => command(ofRackOne, [system(), running()]),
  'rack resources types': () => command({}, [system(), ask('OPTIONS /resources')]),
  'rack resources options': () => command(ofRackOne, [system(), ask('OPTIONS /resources')]),
  'rack resources proxy': () => command({ flags: proxyFlags, args: [1, 1] }, [system(), running(), perConnection()]),
  'rack resources create': () =>
    command({ flags: [text('name', 'n')], args: atLeast(1), misuse: noPairs(1) }, [
      system(),
      ask('POST /resources', { form: ['kind', 'parameters'] }),
      ask(rackResource, { at: { name: onlyTheRackKnows } }),
    ]),
  'rack resources update': () =>
    command({ args: atLeast(1), misuse: noPairs(1) }, [
      system(),
      ask('PUT /resources/{name}', { ...named, form: ['parameters'] }),
      running(),
    ]),
  'rack resources link': () =>
    command(ofRackApp, [system(), ask('POST /resources/{name}/links', { ...named, form: ['app'] }), running()]),
  'rack resources unlink': () =>
    command(ofRackApp, [
      system(),
      ask('DELETE /resources/{name}/links/{app}', { at: { ...named.at, app: namedApp } }),
      running(),
    ]),
  'rack resources delete': () => command(ofRackOne, [system(), ask('DELETE /resources/{name}', named), running()]),
}
