import { isObject, type Json, mapFields } from './json.ts'
import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { optionalText, redactStringsUnlessShown, redactValue } from './response-fields.ts'
import { isSecretValue } from './secret-keys.ts'
import { redactPasswords } from './url-passwords.ts'

/** Masks every field whose name begins with `env`, at any depth. It contains `KEY=value` strings, or a map by key. */
export function maskManifestService(value: Json, view: MaskView): Json {
  if (Array.isArray(value)) return value.map((item) => maskManifestService(item, view))
  if (!isObject(value)) return redactStringsUnlessShown(value, view)
  return mapFields(value, (field, item) =>
    field.startsWith('env') ? maskEnvironment(item, view) : maskManifestService(item, view),
  )
}

function maskEnvironment(value: Json, view: MaskView): Json {
  if (view.env === 'shown') return value
  if (Array.isArray(value))
    return value.map((item) => maskAssignment(optionalText(item, 'an environment entry') ?? '', view))
  if (!isObject(value)) return value === null ? null : redactionPlaceholder
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const shown =
        typeof item === 'string' && view.env === 'secrets-hidden' && !view.isSecret(key) && !isSecretValue(item)
      return [key, shown ? item : redactValue(item)]
    }),
  )
}

function maskAssignment(entry: string, view: MaskView): string {
  const equals = entry.indexOf('=')
  if (equals === -1) return redactPasswords(entry)
  const key = entry.slice(0, equals)
  const shown = view.env === 'secrets-hidden' && !view.isSecret(key) && !isSecretValue(entry.slice(equals + 1))
  return shown ? entry : `${key}=${redactionPlaceholder}`
}
