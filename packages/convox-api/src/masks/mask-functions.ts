import { UnmaskableResponse } from '../errors/errors.ts'
import type { MaskPolicy } from '../routes/types.ts'
import { asObject, type Json, type JsonObject, mapFields, mapItems, mapList } from './json.ts'
import { maskEnv } from './mask-env.ts'
import { maskManifestService } from './mask-manifest-service.ts'
import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { redactCommandText } from './redact-command.ts'
import {
  maskManifestField,
  maskParameters,
  maskParametersUnlessShown,
  optionalText,
  redactAddress,
  redactStrings,
  redactStringsUnlessShown,
  redactValue,
  requiredText,
} from './response-fields.ts'

/** Responses without secrets, and responses that only a permission protects. */
export type Unmasked = 'plain' | 'opaque' | 'stream'

type MaskFunction = (value: Json, view: MaskView) => Json

/** By mask policy. Each function throws UnmaskableResponse for an unexpected shape. */
export const maskFunctions: Readonly<Record<Exclude<MaskPolicy, Unmasked>, MaskFunction>> = {
  apps: (value, view) => maskVisibleRows(value, 'name', view, maskApp),
  app: maskApp,
  releases: (value, view) => mapList(value, 'the response', (item) => maskRelease(item, view)),
  release: maskRelease,
  builds: (value, view) => mapList(value, 'the response', (item) => maskBuild(item, view)),
  build: maskBuild,
  resources: (value, view) => mapList(value, 'the response', (item) => maskResource(item, view)),
  resource: maskResource,
  system: maskSystem,
  registries: (value, view) => mapList(value, 'the response', (item) => maskRegistry(item, view)),
  registry: maskRegistry,
  configs: (value, view) => mapList(value, 'the response', (item) => maskConfig(item, view)),
  config: maskConfig,
  processes: (value, view) => mapOneOrMany(value, (item) => maskProcess(item, view)),
  'system-processes': (value, view) => maskVisibleRows(value, 'app', view, maskProcess),
  certificates: maskCertificates,
  'manifest-service': (value, view) => maskManifestService(asObject(value, 'the service'), view),
}

/** Characters. Reading a longer command would block all calls for too long, so it is redacted as a whole. */
const maxCommandLength = 8 * 1024

/** Redacts the command as in the audit log, unless the view shows all secrets. */
function maskProcess(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'a process'), (field, item) => {
    if (view.secrets || field !== 'command') return redactStringsUnlessShown(item, view)
    const command = optionalText(item, 'the command')
    if (command === null) return null
    return command.length > maxCommandLength ? redactionPlaceholder : redactCommandText(command, view)
  })
}

function maskApp(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the app'), (field, item) =>
    field === 'parameters' ? maskParametersUnlessShown(item, view) : redactStringsUnlessShown(item, view),
  )
}

function maskSystem(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the system'), (field, item) => {
    if (field === 'version') return item
    return field === 'parameters' || field === 'outputs'
      ? maskParametersUnlessShown(item, view)
      : redactStringsUnlessShown(item, view)
  })
}

function maskRelease(value: Json, view: MaskView): Json {
  const object = asObject(value, 'the release')
  return mapFields(object, (field, item) => {
    if (field === 'manifest') return maskManifestField(item, view)
    if (field !== 'env') return redactStringsUnlessShown(item, view)
    const env = optionalText(item, 'the environment')
    if (env === null || env === '') return item
    return maskEnv(env, { app: requiredText(object, 'app'), release: requiredText(object, 'id') }, view)
  })
}

function maskBuild(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the build'), (field, item) => {
    if (field === 'manifest') return maskManifestField(item, view)
    return field === 'repository' && !view.secrets ? redactAddress(item, view) : redactStringsUnlessShown(item, view)
  })
}

function maskResource(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the resource'), (field, item) => {
    if (view.resourcePasswords) return item
    if (field === 'url') return redactAddress(item, view)
    return field === 'parameters' ? maskParameters(item, view) : redactStrings(item)
  })
}

/** Providers return different fields, so everything except the server and the user name counts as a credential. */
function maskRegistry(value: Json, view: MaskView): Json {
  return mapFields(asObject(value, 'the registry'), (field, item) => {
    if (view.secrets) return item
    return field === 'server' || field === 'username' ? redactStrings(item) : redactValue(item)
  })
}

function maskConfig(value: Json, view: MaskView): Json {
  const object = asObject(value, 'the config')
  const listsKeys = object.name === envMaskConfig && view.environmentNames
  return mapFields(object, (field, item) => {
    if (view.configValues) return item
    if (listsKeys && field === 'value' && typeof item === 'string' && keyNames.test(item)) return item
    return field === 'name' ? redactStrings(item) : redactValue(item)
  })
}

/** The config of `convox env mask`: names of environment keys, separated by commas. */
const envMaskConfig = 'cli-env-mask'
const keyNames = /^[A-Za-z0-9_.-]+(?: *, *[A-Za-z0-9_.-]+)*$/

/** A certificate without an app belongs to the rack, and contains only domains. */
function maskCertificates(value: Json, view: MaskView): Json {
  if (!Array.isArray(value))
    return value === null ? null : redactStringsUnlessShown(asObject(value, 'the certificate'), view)
  return maskRows(
    value,
    (item) => isOfRackOrVisible(asObject(item, 'a certificate'), view),
    (item) => redactStringsUnlessShown(item, view),
  )
}

function isOfRackOrVisible(row: JsonObject, view: MaskView): boolean {
  return row.app === undefined || row.app === '' || view.isAppVisible(requiredText(row, 'app'))
}

/** Returns the list itself if all rows are visible and unchanged. */
function maskRows(
  rows: readonly Json[],
  isShown: (row: Json) => boolean,
  change: (row: Json) => Json,
): readonly Json[] {
  const shown = rows.filter(isShown)
  return mapItems(shown.length === rows.length ? rows : shown, change)
}

function maskVisibleRows(value: Json, appField: string, view: MaskView, maskRow: MaskFunction): Json {
  if (value === null) return null
  if (!Array.isArray(value)) throw new UnmaskableResponse('the response is not a list')
  return maskRows(
    value,
    (item) => view.isAppVisible(requiredText(asObject(item, 'a row'), appField)),
    (item) => maskRow(item, view),
  )
}

function mapOneOrMany(value: Json, change: (item: Json) => Json): Json {
  return Array.isArray(value) || value === null ? mapList(value, 'the response', change) : change(value)
}
