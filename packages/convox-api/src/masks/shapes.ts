import { UnmaskableAnswer } from '../errors.ts'
import type { MaskPolicy } from '../types.ts'
import { commandText } from './command-text.ts'
import { address, concealed, manifest, maskParameters, named, parameters, sweep, swept, text } from './fields.ts'
import { asObject, type Json, type JsonObject, mapFields, mapItems, mapList } from './json.ts'
import { manifestService } from './manifest-service.ts'
import { maskEnv } from './mask-env.ts'
import type { MaskView } from './view.ts'

/** Answers that hold nothing to mask, or whose guard is the permission itself. */
export type Unmasked = 'plain' | 'opaque' | 'stream'

type Shape = (value: Json, view: MaskView) => Json

/** How each shape of answer is masked. A shape that isn't as expected throws UnmaskableAnswer. */
export const shapes: Readonly<Record<Exclude<MaskPolicy, Unmasked>, Shape>> = {
  apps: (value, view) => visibleRows(value, 'name', view, app),
  app,
  releases: (value, view) => mapList(value, 'the list', (item) => release(item, view)),
  release,
  builds: (value, view) => mapList(value, 'the list', (item) => build(item, view)),
  build,
  resources: (value, view) => mapList(value, 'the list', (item) => resource(item, view)),
  resource,
  system,
  registries: (value, view) => mapList(value, 'the list', (item) => registry(item, view)),
  registry,
  configs: (value, view) => mapList(value, 'the list', (item) => config(item, view)),
  config,
  processes: (value, view) => oneOrMore(value, (item) => process(item, view)),
  'system-processes': (value, view) => visibleRows(value, 'app', view, process),
  certificates,
  'manifest-service': (value, view) => manifestService(asObject(value, 'the service'), view),
}

/** Its command is told as in the audit log. */
function process(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'a process'), (field, item) => {
    if (view.secrets || field !== 'command') return sweep(item, view)
    const command = text(item, 'the command')
    return command === null ? null : commandText(command, view)
  })
}

function app(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the app'), (field, item) =>
    field === 'parameters' ? parameters(item, view) : sweep(item, view),
  )
}

function system(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the system'), (field, item) => {
    if (field === 'version') return item
    return field === 'parameters' || field === 'outputs' ? parameters(item, view) : sweep(item, view)
  })
}

function release(value: Json, view: MaskView): Json {
  const object = asObject(value, 'the release')
  return mapFields(object, (field, item) => {
    if (field === 'manifest') return manifest(item, view)
    if (field !== 'env') return sweep(item, view)
    const env = text(item, 'the environment')
    if (env === null || env === '') return item
    return maskEnv(env, { app: named(object, 'app'), release: named(object, 'id') }, view)
  })
}

function build(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the build'), (field, item) => {
    if (field === 'manifest') return manifest(item, view)
    return field === 'repository' && !view.secrets ? address(item, view) : sweep(item, view)
  })
}

function resource(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the resource'), (field, item) => {
    if (view.resourcePasswords) return item
    if (field === 'url') return address(item, view)
    return field === 'parameters' ? maskParameters(item, view) : swept(item)
  })
}

/** Providers differ in what they return, so all but the name and the user is taken for the credential. */
function registry(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the registry'), (field, item) => {
    if (view.secrets) return item
    return field === 'server' || field === 'username' ? swept(item) : concealed(item)
  })
}

function config(value: Json, view: MaskView): Json {
  const object = asObject(value, 'the config')
  const listsKeys = object.name === envMaskConfig && view.environmentNames
  return mapFields(object, (field, item) => {
    if (view.configValues) return item
    if (listsKeys && field === 'value' && typeof item === 'string' && keyNames.test(item)) return item
    return field === 'name' ? swept(item) : concealed(item)
  })
}

/** The list that `convox env mask` reads, extends, and writes back: names of environment keys, separated by commas. */
const envMaskConfig = 'cli-env-mask'
const keyNames = /^[A-Za-z0-9_.-]+(?: *, *[A-Za-z0-9_.-]+)*$/

/** A certificate names the app it belongs to, or none: then it is the rack's and holds nothing but domains. */
function certificates(value: Json, view: MaskView): Json {
  if (!Array.isArray(value)) return value === null ? null : sweep(asObject(value, 'the certificate'), view)
  return shownRows(
    value,
    (item) => isOwnOrVisible(asObject(item, 'a certificate'), view),
    (item) => sweep(item, view),
  )
}

function isOwnOrVisible(row: JsonObject, view: MaskView): boolean {
  return row.app === undefined || row.app === '' || view.seesApp(named(row, 'app'))
}

/** A list of which all rows are shown as they are is given back itself. */
function shownRows(
  rows: readonly Json[],
  isShown: (row: Json) => boolean,
  change: (row: Json) => Json,
): readonly Json[] {
  const shown = rows.filter(isShown)
  return mapItems(shown.length === rows.length ? rows : shown, change)
}

function visibleRows(value: Json, by: string, view: MaskView, row: Shape): Json {
  if (value === null) return null
  if (!Array.isArray(value)) throw new UnmaskableAnswer('the list is not a list')
  return shownRows(
    value,
    (item) => view.seesApp(named(asObject(item, 'a row'), by)),
    (item) => row(item, view),
  )
}

function oneOrMore(value: Json, change: (item: Json) => Json): Json {
  return Array.isArray(value) || value === null ? mapList(value, 'the list', change) : change(value)
}
