import { atLeast, type ConvoxCommand, command } from '../command.ts'
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
const perConnection = mayAsk('WS /proxy/{host}/{port}', { at: { host: onlyTheRackKnows, port: onlyTheRackKnows } })

export const resourceCommands: readonly ConvoxCommand[] = [
  command('resources', { flags: [app, watch] }, [ask('GET /apps/{app}/resources')]),
  command('resources info', ofOne, [ask(resource, named)]),
  command('resources url', ofOne, [ask(resource, named)]),
  command('resources console', ofOne, [ask('WS /apps/{app}/resources/{name}/console', named)]),
  command('resources export', ofOneWithFile, [ask('GET /apps/{app}/resources/{name}/data', named)]),
  command('resources import', ofOneWithFile, [ask('PUT /apps/{app}/resources/{name}/data', named)]),
  command('resources proxy', { flags: [app, ...proxyFlags], args: [1, 1] }, [ask(resource, named), perConnection]),
  command('proxy', { flags: [toggle('tls', 't')], args: atLeast(1), misuse: oddProxies }, [
    mayAsk('WS /proxy/{host}/{port}', { paths: proxiedPlaces }),
  ]),
]

const system = ask('GET /system')
const rackResource = 'GET /resources/{name}'
const running = ask(rackResource, named)
const ofRackOne = { args: [1, 1] } as const
const ofRackApp = { flags: [app], args: [1, 1] } as const

/** The rack's own resources: never an app's. */
export const rackResourceCommands: readonly ConvoxCommand[] = [
  command('rack resources', { flags: [watch] }, [system, ask('GET /resources')]),
  command('rack resources info', ofRackOne, [system, running]),
  command('rack resources url', ofRackOne, [system, running]),
  command('rack resources types', {}, [system, ask('OPTIONS /resources')]),
  command('rack resources options', ofRackOne, [system, ask('OPTIONS /resources')]),
  command('rack resources proxy', { flags: proxyFlags, args: [1, 1] }, [system, running, perConnection]),
  command('rack resources create', { flags: [text('name', 'n')], args: atLeast(1), misuse: noPairs(1) }, [
    system,
    ask('POST /resources', { form: ['kind', 'parameters'] }),
    ask(rackResource, { at: { name: onlyTheRackKnows } }),
  ]),
  command('rack resources update', { args: atLeast(1), misuse: noPairs(1) }, [
    system,
    ask('PUT /resources/{name}', { ...named, form: ['parameters'] }),
    running,
  ]),
  command('rack resources link', ofRackApp, [
    system,
    ask('POST /resources/{name}/links', { ...named, form: ['app'] }),
    running,
  ]),
  command('rack resources unlink', ofRackApp, [
    system,
    ask('DELETE /resources/{name}/links/{app}', { at: { ...named.at, app: namedApp } }),
    running,
  ]),
  command('rack resources delete', ofRackOne, [system, ask('DELETE /resources/{name}', named), running]),
]
